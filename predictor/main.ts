import path from 'node:path';
import { openArtifactCache } from '../platform/artifacts/artifact_cache';
import { makeDataDir } from '../platform/files/data_dir';
import { startHttpServer } from '../platform/http/http_server';
import { requireLoopback } from '../platform/http/loopback';
import { statusRoutes } from '../platform/http/status_routes';
import { Lifecycle } from '../platform/lifecycle/lifecycle';
import type { RunningProgram } from '../platform/lifecycle/run_until_stopped';
import type { Logger } from '../platform/logger';
import { connectBus } from '../platform/nats/bus';
import { systemClock } from '../platform/time/clock';
import { decodeTrainingTask } from '../proto/codec/training/training_task';
import { encodeTrainingReport } from '../proto/codec/training/training_end';
import { createArtifactClient } from '../proto/link/artifact_client';
import { createArtifactUploader } from '../proto/link/artifact_uploader';
import type { PredictorConfig } from './config';
import { createPredictorMetrics } from './observe/predictor_metrics';
import { TaskProcess } from './worker/task_process';
import { startTrainingWorker } from './worker/training_worker';

/** A step of training and its batch take seconds at most; features of a large data set say how far they are. */
const silenceMs = 10 * 60_000;
/** Of JavaScript; TensorFlow's own memory is bounded by the ceiling. */
const largestHeapMb = 2_048;
const bytesPerMb = 1024 * 1024;

interface PredictorOptions {
  readonly config: PredictorConfig;
  readonly insecureListen: boolean;
  readonly logger: Logger;
}

interface RunningPredictor extends RunningProgram {
  readonly httpPort: number;
}

/**
 * Starts a predictor worker: it takes tasks until it is stopped. Killing it loses at most what its tasks did since their last checkpoints.
 * @throws BadInputError for what the operator can mend; nothing is left running then.
 */
export async function startPredictor(options: PredictorOptions): Promise<RunningPredictor> {
  const { config, logger } = options;
  requireLoopback(config.http, options.insecureListen);
  await makeDataDir(config.dataDir);
  const lifecycle = new Lifecycle(logger);
  try {
    return await assemble(config, logger, lifecycle);
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function assemble(
  config: PredictorConfig,
  logger: Logger,
  lifecycle: Lifecycle,
): Promise<RunningPredictor> {
  const bus = lifecycle.add(
    'bus',
    await connectBus(config.nats, `predictor ${config.worker}`, logger),
  );
  const source = lifecycle.add('artifacts', createArtifactClient(config.coordinator));
  const uploader = lifecycle.add('uploads', createArtifactUploader(config.coordinator));
  const cache = lifecycle.add(
    'cache',
    await openArtifactCache({
      folder: path.join(config.dataDir, 'artifacts'),
      source,
      largestBytes: config.cacheBytes,
    }),
  );
  const metrics = createPredictorMetrics({
    tasksRunning: () => worker.workingAt().length,
    connected: () => bus.isConnected(),
  });
  const worker = await startTrainingWorker({
    worker: config.worker,
    processes: config.processes,
    bus,
    cache,
    uploader,
    startProcess: () =>
      new TaskProcess({
        workerFile: path.join(__dirname, 'worker/task_worker.js'),
        largestHeapMb,
        wish: { engine: config.engine, threads: config.threads },
        silenceMs,
      }),
    readTask: decodeTrainingTask,
    writeReport: encodeTrainingReport,
    dataFolder: config.dataDir,
    featureCacheBytes: config.featureCacheBytes,
    memoryCeilingBytes: config.memoryCeilingMb * bytesPerMb,
    onEnd: (task, end, seconds) => metrics.taskEnded(task, end, seconds),
    clock: systemClock,
    logger,
  });
  lifecycle.onStop('worker', () => worker.close());
  const http = await startHttpServer({
    address: config.http,
    setting: 'http.port',
    routes: statusRoutes({
      metrics: () => metrics.render(),
      missing: () => (bus.isConnected() ? [] : ['NATS is not connected']),
    }),
    logger,
  });
  lifecycle.onStop('http', () => http.close());
  logger.info(
    { worker: config.worker, processes: config.processes, ...worker.engine },
    'predictor takes tasks',
  );
  return {
    httpPort: http.port,
    done: lifecycle.done,
    stop: () => lifecycle.stop(),
    hurry: () => lifecycle.hurry(),
  };
}
