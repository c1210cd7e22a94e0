import type { FinetuningRecipe } from '../../common/training/recipe';
import type { Task } from '../../common/training/reference';
import { createRandom } from '../../common/random';
import { blockName, headName, stemName } from '../assembly/assembled_network';
import { augmented } from '../data/augmentation';
import type { LabelledImages } from '../data/labelled_images';
import type { LossTarget, TrainableNetwork, Training, BatchValues } from '../engine/engine';
import type { Features } from '../features/feature_store';
import type { GraphRunner } from '../evaluation/graph_runner';
import { createBatchOrder } from '../training/batch_order';
import { lossNotFinite } from '../training/not_finite';
import { learningRateAt, stepsOf } from '../training/schedule';

/** Images of a step, what they should be answered, and by what. */
export interface TrainingData {
  readonly images: LabelledImages;
  readonly normalize: (pixels: Uint8Array) => Float32Array;
  /** What the reference answers. Undefined where nothing is distilled. */
  readonly teacher: TeacherAnswers | undefined;
}

/** To the images as they are the answers are known beforehand; to changed ones the reference is run. */
export type TeacherAnswers =
  | { readonly kind: 'known'; readonly answers: Features }
  | { readonly kind: 'asked'; readonly runner: GraphRunner };

export interface NetworkTraining {
  readonly network: TrainableNetwork;
  readonly task: Task;
  readonly recipe: FinetuningRecipe;
  readonly data: TrainingData;
}

export function startTraining({ network, recipe }: NetworkTraining, blocks: number): Training {
  return network.train({
    kind: recipe.optimizer,
    weightDecay: recipe.weightDecay,
    clipNorm: recipe.clipNorm,
    quantizationAware: recipe.quantizationAware,
    trainedParts: [
      ...(recipe.trainStem ? [stemName] : []),
      ...Array.from({ length: blocks }, (_, index) => blockName(index)),
      ...(recipe.trainHead ? [headName] : []),
    ],
  });
}

/** Steps `from` to `until` of the recipe; the mean loss. @throws FarmError when the loss is no number any more */
export async function runSteps(
  training: Training,
  { recipe, task, data }: NetworkTraining,
  {
    from,
    until,
    onStep,
  }: {
    readonly from: number;
    readonly until: number;
    readonly onStep: (step: number, loss: number) => Promise<void>;
  },
): Promise<number> {
  const { images } = data;
  const steps = stepsOf(recipe, images.count);
  const order = createBatchOrder(images.count, recipe.batch, recipe.seed);
  let sum = 0;
  for (let step = from; step < until; step += 1) {
    const { input, target } = await batchOf(order.at(step), { data, recipe, task, step });
    const rate = learningRateAt(step, steps, recipe);
    const loss = training.step(input, target, rate);
    if (!Number.isFinite(loss)) throw lossNotFinite(step, steps, rate);
    sum += loss;
    await onStep(step, loss);
  }
  return sum / Math.max(1, until - from);
}

async function batchOf(
  indices: readonly number[],
  {
    data: { images, normalize, teacher },
    recipe,
    task,
    step,
  }: {
    readonly data: TrainingData;
    readonly recipe: FinetuningRecipe;
    readonly task: Task;
    readonly step: number;
  },
): Promise<{ readonly input: BatchValues; readonly target: LossTarget }> {
  const read = await images.read(indices);
  const [height, width] = images.size;
  const isChanged = recipe.augmentation === 'standard';
  const { pixels, labels } = isChanged
    ? augmented(
        read,
        { size: images.size, isMask: task.kind === 'segmentation' },
        createRandom(`${recipe.seed}/step ${step}`),
      )
    : read;
  const input: BatchValues = { data: normalize(pixels), shape: [indices.length, height, width, 3] };
  const teacherLogits =
    teacher === undefined
      ? undefined
      : teacher.kind === 'asked'
        ? await teacher.runner.run(input)
        : await teacher.answers.read(indices);
  const { distillationShare, temperature } = recipe;
  return {
    input,
    target: { kind: 'labels', labels, teacherLogits, distillationShare, temperature },
  };
}
