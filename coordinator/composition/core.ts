import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { systemClock } from '../../platform/time/clock';
import { makeDataDir } from '../../platform/files/data_dir';
import { type AgentDirectory, createAgentDirectory } from '../agents/directory';
import { type ArtifactStore, openArtifactStore } from '../../platform/artifacts/artifact_store';
import { type DeviceRegister, openDeviceRegister } from '../engine/device_register';
import { createEngine, type Engine } from '../engine/engine';
import { createNonceOf } from '../engine/lease_nonce';
import type { Ledger } from '../ledger/ledger';
import { openLedger } from '../ledger/open_ledger';
import type { FarmMetrics } from '../observe/farm_metrics';
import { createMeasuredTally, type MeasuredTally } from '../observe/measured_tally';
import { FleetView } from '../views/fleet/fleet_view';
import { initialState } from '../schedule/state/scheduler_state';
import type { PartSurroundings } from './surroundings';

/** As long as the output of SHA-256, which HMAC is made with: https://www.rfc-editor.org/rfc/rfc2104 (section 3). */
const leaseSecretBytes = 32;

export interface Core {
  readonly ledger: Ledger;
  readonly store: ArtifactStore;
  readonly engine: Engine;
  readonly devices: DeviceRegister;
  readonly directory: AgentDirectory;
  readonly tally: MeasuredTally;
  readonly fleet: FleetView;
}

/** The scheduler and what it needs at once: the ledger before it, the artifacts and the agents beside it. */
export async function openCore(
  dataDir: string,
  metrics: Pick<FarmMetrics, 'observer'>,
  { lifecycle, logger }: PartSurroundings,
): Promise<Core> {
  await makeDataDir(dataDir);
  const ledger = await openLedger(path.join(dataDir, 'ledger.sqlite'));
  lifecycle.onStop('ledger', () => ledger.close());
  const store = await openArtifactStore(path.join(dataDir, 'artifacts'));
  const directory = createAgentDirectory();
  const tally = createMeasuredTally(await ledger.measurements.countByDevice());
  const nonceOf = createNonceOf(
    await ledger.incarnations.leaseSecret(randomBytes(leaseSecretBytes).toString('hex')),
  );
  const engine = createEngine({
    initialState: initialState({
      incarnation: await ledger.incarnations.begin(),
      nowMs: systemClock.nowMs(),
      nonceOf,
    }),
    jobs: ledger.jobs,
    agents: directory,
    observer: tally.countFor(metrics.observer),
    clock: systemClock,
    logger,
    onFailure: (error) => lifecycle.fail(error),
  });
  lifecycle.onStop('engine', () => engine.settled().catch(() => undefined));
  const fleet = new FleetView(() => engine.state());
  engine.onStep(() => fleet.stepped());
  const devices = await openDeviceRegister({ ledger, clock: systemClock });
  return {
    ledger,
    store,
    engine,
    devices,
    directory,
    tally,
    fleet,
  };
}
