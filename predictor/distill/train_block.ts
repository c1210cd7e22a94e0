import type { BlockOutcome, BlockTask } from '../../common/training/training_task';
import { costOfSegment } from '../../model/block/network_cost';
import { blockSegment } from '../../model/block/network_spec';
import { trainedSegmentGraph } from '../../model/block/trained_segment';
import { writeWeights } from '../../model/weights/weights_file';
import { blockName, blockPart } from '../assembly/assembled_network';
import type { TrainableNetwork, BatchValues } from '../engine/engine';
import { openGraphRunner } from '../evaluation/graph_runner';
import { quantizeOn } from '../evaluation/quantize_on';
import type { Features } from '../features/feature_store';
import type { Material } from '../material/material';
import type { TaskContext } from '../task/task_context';
import { createBatchOrder } from '../training/batch_order';
import { lossNotFinite } from '../training/not_finite';
import { learningRateAt, stepsOf } from '../training/schedule';
import { createNsrMeter } from './block_nsr';

/** What a block is given, and what it should make of it. */
interface BlockSamples {
  readonly before: Features;
  readonly behind: Features;
}

/** The ratios are means over so many validation samples: of more they hardly change. */
const mostValidationSamples = 2_000;
/** Of the int8 block, which runs slowly. */
const mostQuantizedSamples = 512;
const calibrationSamples = 64;
const samplesAtOnce = 128;

/** One block option, trained alone to make of the teacher's features those behind it. */
export async function trainBlock(
  task: BlockTask,
  material: Material,
  context: TaskContext,
): Promise<BlockOutcome> {
  const startedAtMs = performance.now();
  const samplesOf = async (split: 'train' | 'validation'): Promise<BlockSamples> => ({
    before: await material.featuresOf(split, task.block, context),
    behind: await material.featuresOf(split, task.block + 1, context),
  });
  const [train, validation] = [await samplesOf('train'), await samplesOf('validation')];
  const inputShape = material.parts.cutShapes[task.block] ?? [];
  const network = context.engine.createNetwork([
    blockPart({ spec: task.spec, weights: undefined }, task.block, {
      inputShape,
      seed: task.recipe.seed,
    }),
  ]);
  try {
    const trainNsr = await fitBlock(network, task, { train, context });
    const validationNsr = await ratioOf(validation, mostValidationSamples, (input) =>
      network.infer(input),
    );
    const segment = blockSegment(task.spec, task.block);
    const weights = network.weightsOf(blockName(task.block));
    const graph = trainedSegmentGraph(segment, inputShape, weights);
    const { cost } = costOfSegment(segment, inputShape);
    return {
      kind: 'block',
      weights: await context.store(writeWeights(weights), 'npz'),
      trainNsr,
      validationNsr,
      quantizedNsr: await quantizedRatio(graph, train, validation),
      macs: cost.macs,
      parameters: cost.parameters,
      seconds: (performance.now() - startedAtMs) / 1000,
    };
  } finally {
    network.close();
    for (const { before, behind } of [train, validation]) {
      await before.close();
      await behind.close();
    }
  }
}

/** The mean loss of the last tenth of the steps. */
async function fitBlock(
  network: TrainableNetwork,
  { recipe, block }: BlockTask,
  { train, context }: { readonly train: BlockSamples; readonly context: TaskContext },
): Promise<number> {
  const { count } = train.before;
  const order = createBatchOrder(count, recipe.batch, recipe.seed);
  const steps = stepsOf(recipe, count);
  const fitting = network.train({
    kind: recipe.optimizer,
    weightDecay: recipe.weightDecay,
    clipNorm: recipe.clipNorm,
    trainedParts: [blockName(block)],
    quantizationAware: false,
  });
  const { variance } = train.behind;
  const lastFrom = Math.floor(steps * 0.9);
  let sum = 0;
  try {
    for (let step = 0; step < steps; step += 1) {
      const indices = order.at(step);
      const rate = learningRateAt(step, steps, recipe);
      const input = await train.before.read(indices);
      const features = await train.behind.read(indices);
      const loss = fitting.step(input, { kind: 'features', features, variance }, rate);
      if (!Number.isFinite(loss)) throw lossNotFinite(step, steps, rate);
      if (step >= lastFrom) sum += loss;
      context.progress({ share: (step + 1) / steps, loss });
      await context.breathe();
    }
  } finally {
    fitting.close();
  }
  return sum / (steps - lastFrom);
}

async function quantizedRatio(
  graph: Parameters<typeof quantizeOn>[0],
  train: BlockSamples,
  validation: BlockSamples,
): Promise<number> {
  const count = Math.min(calibrationSamples, train.before.count);
  const samples = await train.before.read(Array.from({ length: count }, (_, index) => index));
  const runner = await openGraphRunner(await quantizeOn(graph, samples));
  try {
    return await ratioOf(validation, mostQuantizedSamples, (input) => runner.run(input));
  } finally {
    await runner.close();
  }
}

async function ratioOf(
  { before, behind }: BlockSamples,
  most: number,
  run: (input: BatchValues) => BatchValues | Promise<BatchValues>,
): Promise<number> {
  const meter = createNsrMeter(behind.variance);
  const count = Math.min(before.count, most);
  for (let from = 0; from < count; from += samplesAtOnce) {
    const length = Math.min(samplesAtOnce, count - from);
    const indices = Array.from({ length }, (_, index) => from + index);
    meter.add(await run(await before.read(indices)), await behind.read(indices));
  }
  return meter.ratio();
}
