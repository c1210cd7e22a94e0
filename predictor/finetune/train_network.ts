import type { NetworkTask } from '../../common/training/training_task';
import { blockName, headName, stemName } from '../assembly/assembled_network';
import { accuracyOf } from '../evaluation/accuracy';
import type { Material } from '../material/material';
import { TaskPaused, type TaskContext } from '../task/task_context';
import { stepsOf } from '../training/schedule';
import { writeCheckpoint, type Checkpoint, type EpochRecord } from './checkpoint';
import { runSteps, startTraining, type NetworkTraining } from './network_training';

/** A kill costs no more work than this. */
const checkpointIntervalMs = 30_000;
/** So many steps are done between looks at the clock and at memory. */
const stepsAtOnce = 20;
/** An early stop is decided on so many of the last validation images. */
const watchedImages = 1_000;

interface TrainingPlace {
  readonly task: NetworkTask;
  readonly material: Material;
  readonly context: TaskContext;
  readonly kept: Checkpoint | undefined;
  readonly checkpointFile: string;
  readonly startAccuracyPercent: number;
}

/** Trains to the end of the recipe, or to where it no longer gets better; goes on from a checkpoint. @throws TaskPaused with a checkpoint on the disk */
export async function trainNetwork(
  training: NetworkTraining,
  place: TrainingPlace,
): Promise<readonly EpochRecord[]> {
  const { task, material, context, kept } = place;
  const steps = stepsOf(task.recipe, material.data.train.count);
  const perEpoch = Math.max(1, Math.floor(material.data.train.count / task.recipe.batch));
  const fitting = startTraining(training, task.blocks.length);
  if (kept !== undefined) fitting.restore(kept.optimizer);
  const history: EpochRecord[] = [...(kept?.history ?? [])];
  let [losses, savedAtMs] = [0, performance.now()];
  const save = (step: number): Promise<void> =>
    writeCheckpoint(place.checkpointFile, {
      step,
      history,
      startAccuracyPercent: place.startAccuracyPercent,
      network: training.network,
      training: fitting,
      parts: partNames(task),
    });
  try {
    for (let step = kept?.step ?? 0; step < steps;) {
      const epochEnd = Math.min(steps, (Math.floor(step / perEpoch) + 1) * perEpoch);
      const until = Math.min(epochEnd, step + stepsAtOnce);
      const loss = await runSteps(fitting, training, {
        from: step,
        until,
        onStep: (at, newest) => {
          context.progress({ share: (at + 1) / steps, loss: newest });
          return context.breathe();
        },
      });
      losses += loss * (until - step);
      step = until;
      if (step === epochEnd) {
        history.push({
          loss: losses / (epochEnd - (history.length === 0 ? 0 : epochEnd - perEpoch)),
          validationAccuracyPercent: await watch(training, place),
        });
        losses = 0;
        if (hasStalled(history, task.recipe.patienceEpochs)) break;
      }
      if (step < steps && context.shouldPause()) {
        await save(step);
        throw new TaskPaused('the process holds more memory than it may');
      }
      if (step < steps && performance.now() - savedAtMs > checkpointIntervalMs) {
        await save(step);
        savedAtMs = performance.now();
      }
    }
  } finally {
    fitting.close();
  }
  return history;
}

function partNames({ blocks }: NetworkTask): readonly string[] {
  return [stemName, ...blocks.map((_, index) => blockName(index)), headName];
}

async function watch(
  { network, task: what }: NetworkTraining,
  { task, material }: TrainingPlace,
): Promise<number | null> {
  if (task.recipe.patienceEpochs === null) return null;
  const { validation } = material.data;
  const count = Math.min(watchedImages, validation.count);
  return accuracyOf(
    (input) => network.infer(input),
    { images: validation, normalize: material.normalize, from: validation.count - count, count },
    what,
  );
}

function hasStalled(history: readonly EpochRecord[], patienceEpochs: number | null): boolean {
  if (patienceEpochs === null || history.length <= patienceEpochs) return false;
  const accuracies = history.map(({ validationAccuracyPercent }) => validationAccuracyPercent ?? 0);
  const best = accuracies.indexOf(Math.max(...accuracies));
  return history.length - 1 - best >= patienceEpochs;
}
