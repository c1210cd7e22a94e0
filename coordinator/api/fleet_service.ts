import { FarmError } from '../../common/farm_error';
import type { Clock } from '../../platform/time/clock';
import type { Logger } from '../../platform/logger';
import type { ListedProcess } from '../../platform/processes/listed_process';
import {
  agentListToWire,
  deviceListToWire,
  deviceStatusToWire,
  workerListToWire,
  type AgentStatus,
  type DeviceStatus,
  type TargetUse,
  type WorkerStatus,
} from '../../proto/codec/fleet';
import type { Device as WireDevice } from '../../proto/generated/farm/v1/Device';
import type { FleetServiceHandlers } from '../../proto/generated/farm/v1/FleetService';
import type { AgentDirectory } from '../agents/directory';
import { unary } from '../calls/service_call';
import type { DeviceRegister } from '../engine/device_register';
import type { Engine } from '../engine/engine';
import type { MeasuredTally } from '../observe/measured_tally';
import type { AgentView } from '../views/fleet/agent_view';
import type { DeviceView } from '../views/fleet/device_view';
import type { FleetView } from '../views/fleet/fleet_view';
import type { TargetView } from '../views/fleet/target_view';
import { describeDeviceState, describeTroubles } from './device_state';

interface FleetServiceParts {
  readonly engine: Pick<Engine, 'dispatch' | 'timeOfDayMs'>;
  readonly fleet: Pick<FleetView, 'agents' | 'devices' | 'device' | 'targets'>;
  readonly directory: Pick<AgentDirectory, 'versionOf' | 'unusablePhones'>;
  readonly devices: DeviceRegister;
  readonly tally: Pick<MeasuredTally, 'jobsMeasured'>;
  readonly workers: () => readonly ListedProcess[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** `FleetService`: what is on the shelf, and the operator's word about it. */
export function createFleetService(parts: FleetServiceParts): FleetServiceHandlers {
  const { logger } = parts;
  return {
    ListDevices: unary(logger, () =>
      deviceListToWire({
        devices: parts.fleet.devices().map((view) => deviceStatus(parts, view)),
        unusablePhones: [...parts.directory.unusablePhones()],
      }),
    ),
    ListAgents: unary(logger, () =>
      agentListToWire(parts.fleet.agents().map((view) => agentStatus(parts, view))),
    ),
    ListTargets: unary(logger, () => ({ targets: parts.fleet.targets().map(targetUse) })),
    ListWorkers: unary(logger, () => workerListToWire(parts.workers().map(workerStatus))),
    Drain: unary(logger, ({ serial }) => setDrained(parts, serial, true)),
    Resume: unary(logger, ({ serial }) => setDrained(parts, serial, false)),
    Remove: unary(logger, ({ serial }) => remove(parts, serial)),
  };
}

async function setDrained(
  parts: FleetServiceParts,
  serial: string,
  drained: boolean,
): Promise<WireDevice> {
  findDevice(parts, serial);
  // The ledger first: what the operator was told must survive a restart.
  await parts.devices.setDrained(serial, drained);
  parts.engine.dispatch({
    kind: drained ? 'device-drained' : 'device-resumed',
    deviceSerial: serial,
  });
  return deviceStatusToWire(deviceStatus(parts, findDevice(parts, serial)));
}

async function remove(parts: FleetServiceParts, serial: string): Promise<WireDevice> {
  const view = findDevice(parts, serial);
  if (view.state.kind !== 'absent')
    throw new FarmError(
      'conflict',
      `device ${serial} is attached; unplug it, or exclude it in its agent's configuration, then remove it`,
    );
  await parts.devices.remove(serial);
  parts.engine.dispatch({ kind: 'device-removed', deviceSerial: serial });
  return deviceStatusToWire(deviceStatus(parts, view));
}

function findDevice(parts: FleetServiceParts, serial: string): DeviceView {
  const view = parts.fleet.device(serial);
  if (view === undefined)
    throw new FarmError(
      'not-found',
      `device "${serial.slice(0, 100)}" is not known; farm devices lists all`,
    );
  return view;
}

function deviceStatus(parts: FleetServiceParts, view: DeviceView): DeviceStatus {
  const { serial } = view.description;
  return {
    description: view.description,
    agentId: view.agentId,
    ...describeDeviceState(view.state, (atMs) => parts.engine.timeOfDayMs(atMs)),
    troubles: describeTroubles(view.troubles, (atMs) => parts.engine.timeOfDayMs(atMs)),
    jobsMeasured: parts.tally.jobsMeasured(serial),
    lastSeenAtMs:
      view.state.kind === 'absent'
        ? (parts.devices.find(serial)?.lastSeenAtMs ?? parts.engine.timeOfDayMs(view.state.sinceMs))
        : parts.clock.nowMs(),
  };
}

function agentStatus(
  parts: FleetServiceParts,
  { agentId, state, heardAtMs, devices }: AgentView,
): AgentStatus {
  return {
    agentId,
    state: state.kind,
    version: parts.directory.versionOf(agentId) ?? '',
    lastHeardAtMs: parts.engine.timeOfDayMs(heardAtMs),
    deviceCount: devices,
  };
}

function workerStatus({
  name,
  pid,
  isBusy,
  residentBytes,
  largestHeapBytes,
}: ListedProcess): WorkerStatus {
  return { name, pid, busy: isBusy, largestHeapBytes, residentBytes: residentBytes ?? null };
}

function targetUse({
  target,
  idle,
  busy,
  unavailable,
  quarantined,
  queued,
  virtual,
}: TargetView): TargetUse {
  return {
    ...{ target, devicesIdle: idle, devicesBusy: busy, devicesUnavailable: unavailable },
    ...{ devicesQuarantined: quarantined, jobsQueued: queued, devicesVirtual: virtual },
  };
}
