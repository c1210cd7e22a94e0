import type { NetworkTask } from '../../common/training/training_task';
import { blockName, headName, stemName } from '../assembly/assembled_network';
import type { Training } from '../engine/engine';
import { accuracyOf } from '../evaluation/accuracy';
import { TaskPaused, type TaskContext } from '../task/task_context';
import { stepsOf } from '../training/schedule';
import { writeCheckpoint, type Checkpoint } from './checkpoint';
import { afterEpoch, begun, hasStalled, type PartWeights, type TrainingCourse } from './course';
import { runSteps, startTraining, type NetworkTraining } from './network_training';
import type { WatchedImages } from './watched_images';

/** A kill costs no more work than this. */
const checkpointIntervalMs = 30_000;
/** So many steps are done between looks at the clock and at memory. */
const stepsAtOnce = 20;

interface TrainingPlace {
  readonly task: NetworkTask;
  readonly watched: WatchedImages | undefined;
  readonly context: Pick<TaskContext, 'progress' | 'breathe' | 'shouldPause'>;
  readonly kept: Checkpoint | undefined;
  readonly checkpointFile: string;
  readonly startAccuracyPercent: number;
}

interface NetworkAfterTraining {
  readonly course: TrainingCourse;
  /** Of the best epoch where epochs were watched, else of the last. */
  readonly weights: PartWeights;
}

/** Trains to the end of the recipe, or to where it no longer gets better; goes on from a checkpoint. @throws TaskPaused with a checkpoint on the disk */
export async function trainNetwork(
  training: NetworkTraining,
  place: TrainingPlace,
): Promise<NetworkAfterTraining> {
  const { task, kept } = place;
  const fitting = startTraining(training, task.blocks.length);
  if (kept !== undefined) fitting.restore(kept.optimizer);
  try {
    const course = await runCourse(training, place, fitting);
    return { course, weights: course.best ?? weightsOf(training, task) };
  } finally {
    fitting.close();
  }
}

async function runCourse(
  training: NetworkTraining,
  place: TrainingPlace,
  fitting: Training,
): Promise<TrainingCourse> {
  const { task, context, kept } = place;
  const { images } = training.data;
  const steps = stepsOf(task.recipe, images.count);
  const perEpoch = Math.max(1, Math.floor(images.count / task.recipe.batch));
  const weights = (): PartWeights => weightsOf(training, task);
  const save = (course: TrainingCourse): Promise<void> =>
    writeCheckpoint(place.checkpointFile, {
      course,
      weights: weights(),
      optimizer: fitting.state(),
      startAccuracyPercent: place.startAccuracyPercent,
    });
  let course = kept?.course ?? begun;
  let savedAtMs = performance.now();
  while (course.step < steps && !hasStalled(course, task.recipe.patienceEpochs)) {
    const epochStart = Math.floor(course.step / perEpoch) * perEpoch;
    const epochEnd = Math.min(steps, epochStart + perEpoch);
    course = await someSteps(course, { training, place, fitting, steps, epochEnd });
    if (course.step === epochEnd)
      course = afterEpoch(course, {
        steps: epochEnd - epochStart,
        validationAccuracyPercent: await watch(training, place, course.step / steps),
        weights,
      });
    if (course.step < steps && context.shouldPause()) {
      await save(course);
      throw new TaskPaused('the process holds more memory than it may');
    }
    if (course.step < steps && performance.now() - savedAtMs > checkpointIntervalMs) {
      await save(course);
      savedAtMs = performance.now();
    }
  }
  return course;
}

async function someSteps(
  course: TrainingCourse,
  {
    training,
    place: { context },
    fitting,
    steps,
    epochEnd,
  }: {
    readonly training: NetworkTraining;
    readonly place: TrainingPlace;
    readonly fitting: Training;
    readonly steps: number;
    readonly epochEnd: number;
  },
): Promise<TrainingCourse> {
  const until = Math.min(epochEnd, course.step + stepsAtOnce);
  const loss = await runSteps(fitting, training, {
    from: course.step,
    until,
    onStep: (at, newest) => {
      context.progress({ share: (at + 1) / steps, loss: newest });
      return context.breathe();
    },
  });
  return { ...course, step: until, lossSum: course.lossSum + loss * (until - course.step) };
}

function weightsOf({ network }: NetworkTraining, { blocks }: NetworkTask): PartWeights {
  const parts = [stemName, ...blocks.map((_, index) => blockName(index)), headName];
  return new Map(parts.map((part) => [part, network.weightsOf(part)]));
}

async function watch(
  { network, task, data: { normalize } }: NetworkTraining,
  { watched, context }: TrainingPlace,
  share: number,
): Promise<number | null> {
  if (watched === undefined) return null;
  return accuracyOf(
    (input) => {
      context.progress({ share, loss: null });
      return network.infer(input);
    },
    { ...watched, normalize },
    task,
  );
}
