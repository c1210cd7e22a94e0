import { randomBytes } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../platform/time/clock';
import { makeDataDir } from '../platform/files/data_dir';
import { startStatusServer } from '../platform/http/http_status';
import type { Logger } from '../platform/logger';
import { requireLoopback } from '../platform/http/loopback';
import { loadFarmServices } from '../proto/service';
import { createBenchmarkService } from './api/benchmark_service';
import { createFleetService } from './api/fleet_service';
import { startGrpcServer, type FarmHandlers } from './api/grpc_server';
import { createInterceptors } from './api/interceptors';
import { createSearchService } from './api/search_service';
import { createModelStages } from './candidates/model_stages';
import { createPreparation } from './candidates/preparation';
import { StageRuns } from './candidates/stage_runs';
import { stagesOf } from './candidates/stages_of';
import type { CoordinatorConfig } from './config';
import { createAgentDirectory, type AgentDirectory } from './dispatch/agent_directory';
import { agentTiming, createAgentService } from './dispatch/agent_service';
import { createArtifactService } from './dispatch/artifact_service';
import { openArtifactStore, type ArtifactStore } from './dispatch/artifact_store';
import { createModelKinds } from './dispatch/model_kinds';
import { openDeviceRegister, type DeviceRegister } from './engine/device_register';
import { createEngine, type Engine } from './engine/engine';
import { createNonceOf } from './engine/lease_nonce';
import { awaitAgents, recoverFromLedger } from './engine/recovery';
import { startTicker } from './engine/ticker';
import {
  defaultOutsideReader,
  OutsideReader,
  type OutsideReaderOptions,
} from './reading/outside_reader';
import type { Ledger } from './ledger/ledger';
import { openLedger } from './ledger/open_ledger';
import { Lifecycle } from '../platform/lifecycle/lifecycle';
import type { RunningProgram } from '../platform/lifecycle/run_until_stopped';
import { createFarmMetrics, type FarmMetrics } from './observe/farm_metrics';
import { createMeasuredTally, type MeasuredTally } from './observe/measured_tally';
import { createReadiness } from './observe/readiness';
import { connectBus, type Bus } from '../platform/nats/bus';
import { claimCoordination } from './results/coordinator_claim';
import { createResultConsumer, type ResultConsumer } from './results/result_consumer';
import { listenToTelemetry } from './results/telemetry_listener';
import { FleetView } from './views/fleet/fleet_view';
import { initialState } from './schedule/state/scheduler_state';
import { loadSearchCatalog } from './searches/search_catalog';
import { neededArtifacts } from './views/needed_artifacts';
import type { SearchParts } from './searches/search_parts';
import { SearchReader } from './searches/search_reader';
import { SearchRunner } from './searches/search_runner';
import { SearchSummaries } from './views/search_summaries';
import { openWorkers, type WorkerProcesses } from './workers';

/** As long as the output of SHA-256, which HMAC is made with: https://www.rfc-editor.org/rfc/rfc2104 (section 3). */
const leaseSecretBytes = 32;

export interface CoordinatorOptions extends CoordinatorConfig {
  /** Listen beyond this machine although nobody is asked for a password. */
  readonly insecureListen: boolean;
}

/** Killing its process instead of stopping it loses nothing. */
export interface RunningCoordinator extends RunningProgram {
  readonly grpcPort: number;
  readonly httpPort: number;
}

/**
 * Starts the coordinator: ledger, results that waited, searches, and last the port for agents and clients.
 * @throws BadInputError for what the operator can mend; nothing is left running then.
 */
export async function startCoordinator(
  options: CoordinatorOptions,
  logger: Logger,
  reader = defaultOutsideReader,
): Promise<RunningCoordinator> {
  requireLoopback(options.grpc, options.insecureListen);
  requireLoopback(options.http, options.insecureListen);
  const lifecycle = new Lifecycle(logger);
  try {
    return await start(options, reader, { lifecycle, logger });
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function start(
  options: CoordinatorOptions,
  readerOptions: OutsideReaderOptions,
  { lifecycle, logger }: Surroundings,
): Promise<RunningCoordinator> {
  const reader = new OutsideReader(readerOptions);
  lifecycle.onStop('reader', () => reader.close());
  const metrics = createFarmMetrics();
  const readiness = createReadiness();
  const started = readiness.step('the coordinator is still starting');
  const http = await startStatusServer(options.http, {
    metrics: metrics.page,
    missing: () => readiness.missing(),
  });
  lifecycle.onStop('http', () => http.close());
  const core = {
    ...(await openCore(options, metrics, { lifecycle, logger })),
    reader,
    workers: openWorkers(lifecycle),
  };
  const bus = await openBus(options, lifecycle, logger);
  readiness.watch('NATS is not connected', () => bus.isConnected());
  const openJobs = await recoverFromLedger({ ...core, clock: systemClock });
  const results = await consumeResults(bus, core, { lifecycle, logger });
  readiness.watch('the results in NATS were deleted and are being made anew', () =>
    results.isWhole(),
  );
  const searches = await startSearches(core, options, { lifecycle, logger });
  metrics.show({
    fleet: core.fleet,
    searches: () => searches.summaries.underWay(),
    isNatsConnected: () => bus.isConnected(),
    telemetry: listenToTelemetry(bus, logger),
    results,
    artifacts: () => core.store.usage(),
  });
  awaitAgents({ ...core, clock: systemClock }, openJobs);
  const grpc = await startGrpcServer(
    options.grpc,
    createHandlers(core, searches, logger),
    createInterceptors(logger, systemClock),
  );
  lifecycle.onStop('grpc', () => {
    core.directory.endAll();
    return grpc.stop();
  });
  lifecycle.onStop('ticker', startTicker(core.engine, systemClock));
  started();
  logger.info(
    { grpcPort: grpc.port, httpPort: http.port, dataDir: options.dataDir, openJobs },
    'coordinator is ready',
  );
  return {
    grpcPort: grpc.port,
    httpPort: http.port,
    done: lifecycle.done,
    stop: () => lifecycle.stop(),
    hurry: () => lifecycle.hurry(),
  };
}

interface Surroundings {
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
}

interface Core {
  readonly ledger: Ledger;
  readonly store: ArtifactStore;
  readonly engine: Engine;
  readonly devices: DeviceRegister;
  readonly directory: AgentDirectory;
  readonly tally: MeasuredTally;
  readonly fleet: FleetView;
  readonly reader: OutsideReader;
  readonly workers: WorkerProcesses;
}

interface Searches {
  readonly runner: SearchRunner;
  readonly reader: SearchReader;
  readonly summaries: SearchSummaries;
}

async function openCore(
  options: CoordinatorOptions,
  metrics: FarmMetrics,
  { lifecycle, logger }: Surroundings,
): Promise<Omit<Core, 'reader' | 'workers'>> {
  await makeDataDir(options.dataDir);
  const ledger = await openLedger(path.join(options.dataDir, 'ledger.sqlite'));
  lifecycle.onStop('ledger', () => ledger.close());
  const store = await openArtifactStore(path.join(options.dataDir, 'artifacts'));
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

/** Connected, and no other coordinator uses the server. */
async function openBus(
  { nats, dataDir }: CoordinatorOptions,
  lifecycle: Lifecycle,
  logger: Logger,
): Promise<Bus> {
  const bus = await connectBus(nats, 'farm-coordinator', logger);
  lifecycle.onStop('nats', () => bus.close());
  const holder = { host: os.hostname(), dataDir: await realpath(dataDir), processId: process.pid };
  const claim = await claimCoordination({
    bus,
    holder,
    onLost: (error) => lifecycle.fail(error),
    clock: systemClock,
    logger,
  });
  lifecycle.onStop('claim', () => claim.close());
  return bus;
}

async function consumeResults(
  bus: Bus,
  { engine, reader }: Core,
  { lifecycle, logger }: Surroundings,
): Promise<ResultConsumer> {
  const consumer = createResultConsumer({
    bus,
    decodeLarge: (bytes) => reader.decodeResult(bytes),
    handle: (results) => engine.handleResults(results),
    onFailure: (error) => lifecycle.fail(error),
    clock: systemClock,
    logger,
  });
  lifecycle.onStop('results', () => consumer.close());
  await consumer.start();
  return consumer;
}

async function startSearches(
  core: Core,
  options: CoordinatorOptions,
  { lifecycle, logger }: Surroundings,
): Promise<Searches> {
  const stages = createModelStages({ workers: core.workers.builders, store: core.store });
  const catalog = loadSearchCatalog();
  catalog.openAll();
  const searchParts: SearchParts = {
    ...core,
    candidates: createPreparation({
      stagesOf: (target) => stagesOf(target, stages),
      runs: new StageRuns(core.store),
      artifacts: core.ledger.artifacts,
      clock: systemClock,
    }),
    catalog,
    specs: core.reader,
    openStrategist: core.workers.openStrategist,
    deviceCount: (target) => core.fleet.deviceCount(target),
    clock: systemClock,
    logger,
    onFailure: (error) => lifecycle.fail(error),
  };
  const runner = new SearchRunner(searchParts);
  const reader = new SearchReader(searchParts, runner);
  // Searches keep as many candidates on their way as the fleet takes.
  const stopHearing = core.fleet.subscribe(() => runner.fleetChanged());
  lifecycle.onStop('searches', () => {
    stopHearing();
    return runner.close();
  });
  const summaries = new SearchSummaries({
    records: core.ledger.summaries,
    summarize: (searchId) => reader.get(searchId),
    logger,
    onFailure: (error) => lifecycle.fail(error),
  });
  lifecycle.onStop('summaries', () => summaries.close());
  runner.watch((summary) => summaries.heard(summary));
  await runner.resumeAll();
  // A ledger of an older version has none; nobody waits for them.
  summaries.complete().catch((error: unknown) => lifecycle.fail(error as Error));
  const onDropped = (count: number, bytes: number): void =>
    logger.info({ count, bytes }, 'models that nobody needs were dropped');
  await core.store.keepWithin({
    largestBytes: options.artifactBytes,
    needed: () => neededArtifacts({ ledger: core.ledger, summaries }),
    onDropped,
  });
  return { runner, reader, summaries };
}

function createHandlers(
  core: Core,
  { runner, reader, summaries }: Searches,
  logger: Logger,
): FarmHandlers {
  const parts = { ...core, clock: systemClock, logger };
  return {
    agent: createAgentService({
      ...parts,
      timing: agentTiming,
      services: loadFarmServices(),
      decodeLarge: (bytes) => core.reader.decodeAgentMessage(bytes),
    }),
    artifact: createArtifactService({
      ...parts,
      artifacts: core.ledger.artifacts,
      checkModel: (file, format) => core.reader.checkModel(file, format),
    }),
    benchmark: createBenchmarkService({
      ...parts,
      modelKindOf: createModelKinds(core.store, (file) => core.reader.readModelKind(file)),
    }),
    search: createSearchService({ ...parts, searches: runner, reader, summaries }),
    fleet: createFleetService({ ...parts, workers: () => core.workers.list() }),
  };
}
