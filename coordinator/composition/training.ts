import { systemClock } from '../../platform/time/clock';
import type { Bus } from '../../platform/nats/bus';
import type { Ledger } from '../ledger/ledger';
import { finetuneRun } from '../training/finetune_run';
import { libraryRun } from '../training/library_run';
import { networksRun } from '../training/networks_run';
import { predictorRun } from '../training/predictor_run';
import { TrainingQueue } from '../training/training_queue';
import { TrainingRuns } from '../training/training_runs';
import { registerWorkers, type WorkerRegister } from '../training/worker_register';
import type { PartSurroundings } from './surroundings';

export interface TrainingPart {
  readonly queue: TrainingQueue;
  readonly runs: TrainingRuns;
  readonly workers: WorkerRegister;
}

/** Resolves when ends are heard, and the runs that were under way go on. */
export async function startTraining(
  bus: Bus,
  ledger: Ledger,
  { lifecycle, logger }: PartSurroundings,
): Promise<TrainingPart> {
  const parts = {
    clock: systemClock,
    logger,
    onFailure: (error: Error) => lifecycle.fail(error),
  };
  const queue = new TrainingQueue({ ...parts, bus, tasks: ledger.trainingTasks });
  await queue.start();
  lifecycle.onStop('training queue', () => queue.close());
  const workers = registerWorkers(bus, systemClock);
  lifecycle.onStop('worker register', () => {
    workers.close();
    return Promise.resolve();
  });
  const runs = new TrainingRuns({
    kinds: [libraryRun, networksRun, predictorRun(ledger.predictors), finetuneRun],
    ledger,
    perform: (tasks, signal, onEnd) => queue.perform(tasks, signal, onEnd),
    ...parts,
  });
  await runs.resumeAll();
  lifecycle.onStop('training runs', () => runs.close());
  return { queue, runs, workers };
}
