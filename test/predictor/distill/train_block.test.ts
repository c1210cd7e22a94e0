/** @jest-environment ./test/model/onnxruntime_environment.ts */
import type { BlockSpec } from '../../../common/block_spec';
import type { BlockTask } from '../../../common/training/training_task';
import { blockSegment } from '../../../model/block/network_spec';
import { trainedSegmentGraph } from '../../../model/block/trained_segment';
import { readWeights } from '../../../model/weights/weights_file';
import { createNsrMeter } from '../../../predictor/distill/block_nsr';
import { trainBlock } from '../../../predictor/distill/train_block';
import type { TrainingEngine } from '../../../predictor/engine/engine';
import { openGraphRunner } from '../../../predictor/evaluation/graph_runner';
import { testEngine } from '../engine/network/network_lab';
import { blockTask } from '../sample_tasks';
import { openTaskLab, type TaskLab } from '../task_lab';
import {
  convBlocks,
  tinyConvReference,
  tinyTokenReference,
  tokenBlocks,
  type TinyReference,
} from '../tiny_reference';

const taskOf = (
  { reference }: TinyReference,
  spec: BlockSpec | undefined,
  recipe: Partial<BlockTask['recipe']> = {},
): BlockTask => ({
  ...blockTask,
  reference,
  spec: spec ?? blockTask.spec,
  recipe: { ...blockTask.recipe, epochs: 12, learningRate: 0.01, ...recipe },
});

/** Of generated images. */
const classes = 10;

describe('a block option', () => {
  let engine: TrainingEngine;
  const labs: TaskLab[] = [];
  beforeAll(async () => (engine = await testEngine()));
  afterEach(async () => {
    for (const lab of labs.splice(0)) await lab.close();
  });
  const open = async (
    ...args: [TinyReference, Parameters<typeof openTaskLab>[2]?]
  ): Promise<TaskLab> => {
    const lab = await openTaskLab(engine, ...args);
    labs.push(lab);
    return lab;
  };

  test.each([
    ['of convolutions', tinyConvReference, convBlocks],
    ['of a transformer', tinyTokenReference, tokenBlocks],
  ])('%s learns what the teacher does', async (_what, tiny, blocks) => {
    const { material, context } = await open(tiny(classes));
    const before = await trainBlock(
      taskOf(tiny(classes), blocks[0], { learningRate: 1e-9 }),
      material,
      context,
    );
    const after = await trainBlock(taskOf(tiny(classes), blocks[0]), material, context);
    expect(after.validationNsr).toBeLessThan(0.7 * before.validationNsr);
    expect(after.trainNsr).toBeLessThan(0.7 * before.trainNsr);
    expect(after.quantizedNsr).toBeGreaterThan(0);
    expect(after.quantizedNsr).toBeLessThan(before.quantizedNsr);
  });

  test('trained anew has the same weights, from the disk or from features computed on the way', async () => {
    const tiny = tinyConvReference(classes);
    const task = taskOf(tiny, convBlocks[0], { epochs: 2 });
    const [kept, streamed] = [await open(tiny), await open(tiny, { featureCacheBytes: 0 })];
    const first = await trainBlock(task, kept.material, kept.context);
    const again = await trainBlock(task, kept.material, kept.context);
    const other = await trainBlock(task, streamed.material, streamed.context);
    expect(again).toEqual({ ...first, seconds: again.seconds });
    expect(other.validationNsr).toBeCloseTo(first.validationNsr, 4);
  });

  test('has stored weights whose exported graph has the ratio that it told', async () => {
    const tiny = tinyConvReference(classes);
    const { material, context, stored } = await open(tiny);
    const task = { ...taskOf(tiny, convBlocks[1]), block: 1 };
    const outcome = await trainBlock(task, material, context);
    const read = readWeights(stored.get(outcome.weights) ?? new Uint8Array(0));
    if (!read.ok) throw new Error(read.error);
    const graph = trainedSegmentGraph(
      blockSegment(task.spec, 1),
      material.parts.cutShapes[1] ?? [],
      read.value,
    );
    const [before, behind] = [
      await material.featuresOf('validation', 1, context),
      await material.featuresOf('validation', 2, context),
    ];
    const all = Array.from({ length: before.count }, (_, index) => index);
    const runner = await openGraphRunner(graph);
    const meter = createNsrMeter(behind.variance);
    meter.add(await runner.run(await before.read(all)), await behind.read(all));
    expect(meter.ratio()).toBeCloseTo(outcome.validationNsr, 4);
    for (const each of [runner, before, behind]) await each.close();
  });

  test('whose loss is no number any more fails with step and learning rate', async () => {
    const tiny = tinyConvReference(classes);
    const { material, context } = await open(tiny);
    const task = taskOf(tiny, convBlocks[0], {
      optimizer: 'sgd',
      learningRate: 1e30,
      clipNorm: null,
      warmupShare: 0,
    });
    await expect(trainBlock(task, material, context)).rejects.toMatchObject({
      name: 'FarmError',
      message: expect.stringMatching(/step \d+ of \d+.*learning rate/) as string,
    });
  });

  test('says how far it is, and leaves no tensor behind', async () => {
    const shares: number[] = [];
    const tiny = tinyConvReference(classes);
    const { material, context } = await open(tiny, {
      progress: ({ share, loss }) => {
        if (loss !== null) shares.push(share);
      },
    });
    const task = taskOf(tiny, convBlocks[0], { epochs: 1 });
    await trainBlock(task, material, context);
    const held = engine.memory().tensors;
    await trainBlock(task, material, context);
    expect(engine.memory().tensors).toBe(held);
    expect(shares.slice(0, 4)).toEqual([0.25, 0.5, 0.75, 1]);
  });
});
