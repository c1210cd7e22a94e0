import { systemClock } from '../platform/time/clock';
import { startTicker } from '../platform/time/ticker';
import { startHttpServer } from '../platform/http/http_server';
import { statusRoutes } from '../platform/http/status_routes';
import type { Logger } from '../platform/logger';
import { requireLoopback } from '../platform/http/loopback';
import { startGrpcServer } from './api/grpc_server';
import { createInterceptors } from './api/interceptors';
import type { CoordinatorConfig } from './config';
import type { Engine } from './engine/engine';
import { awaitAgents, recoverFromLedger } from './engine/recovery';
import { tickIntervalMs } from './schedule/state/limits';
import {
  defaultOutsideReader,
  OutsideReader,
  type OutsideReaderOptions,
} from './reading/outside_reader';
import { Lifecycle } from '../platform/lifecycle/lifecycle';
import type { RunningProgram } from '../platform/lifecycle/run_until_stopped';
import { createFarmMetrics } from './observe/farm_metrics';
import { createReadiness } from './observe/readiness';
import { listenToTelemetry } from './results/telemetry_listener';
import { consumeResults, openBus } from './composition/broker';
import { openCore } from './composition/core';
import { createHandlers } from './composition/handlers';
import { startSearches } from './composition/searches';
import { startTraining } from './composition/training';
import { openWorkers } from './composition/workers';
import type { PartSurroundings } from './composition/surroundings';

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
  { lifecycle, logger }: PartSurroundings,
): Promise<RunningCoordinator> {
  const reader = new OutsideReader(readerOptions);
  lifecycle.onStop('reader', () => reader.close());
  const metrics = createFarmMetrics();
  const readiness = createReadiness();
  const started = readiness.step('the coordinator is still starting');
  const http = await startHttpServer({
    address: options.http,
    setting: 'http.port',
    routes: statusRoutes({ metrics: metrics.page, missing: () => readiness.missing() }),
    logger,
  });
  lifecycle.onStop('http', () => http.close());
  const core = {
    ...(await openCore(options.dataDir, metrics, { lifecycle, logger })),
    reader,
    workers: openWorkers(lifecycle),
  };
  const bus = await openBus(options, { lifecycle, logger });
  readiness.watch('NATS is not connected', () => bus.isConnected());
  const openJobs = await recoverFromLedger({ ...core, clock: systemClock });
  const results = await consumeResults(bus, core, { lifecycle, logger });
  readiness.watch('the results in NATS were deleted and are being made anew', () =>
    results.isWhole(),
  );
  const training = await startTraining(bus, core.ledger, { lifecycle, logger });
  const searches = await startSearches(
    { ...core, artifactBytes: options.artifactBytes },
    { lifecycle, logger },
  );
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
    createHandlers({ ...core, training }, searches, logger),
    createInterceptors(logger, systemClock),
  );
  lifecycle.onStop('grpc', () => {
    core.directory.endAll();
    return grpc.stop();
  });
  letTimePass(core.engine, lifecycle);
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

/** For the scheduler, whose clock is an event. */
function letTimePass(engine: Pick<Engine, 'dispatch'>, lifecycle: Lifecycle): void {
  engine.dispatch({ kind: 'tick' });
  const ticker = startTicker({ clock: systemClock, intervalMs: tickIntervalMs }, () =>
    engine.dispatch({ kind: 'tick' }),
  );
  lifecycle.onStop('ticker', () => ticker.stop());
}
