/** @jest-environment ./test/model/onnxruntime_environment.ts */
import type { BlockSpec } from '../../../common/block_spec';
import type { AssembledBlock, ProbeTask } from '../../../common/training/training_task';
import { trainBlock } from '../../../predictor/distill/train_block';
import type { TrainingEngine } from '../../../predictor/engine/engine';
import { probeNetwork } from '../../../predictor/probe/probe_network';
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

const probeOf = ({ reference }: TinyReference, blocks: readonly AssembledBlock[]): ProbeTask => ({
  kind: 'probe',
  reference,
  blocks,
  images: 32,
});
const drawn = (specs: readonly BlockSpec[]): readonly AssembledBlock[] =>
  specs.map((spec) => ({ spec, weights: null }));

/** Of generated images. */
const classes = 10;

describe('a probe', () => {
  let engine: TrainingEngine;
  const labs: TaskLab[] = [];
  beforeAll(async () => (engine = await testEngine()));
  afterEach(async () => {
    for (const lab of labs.splice(0)) await lab.close();
  });
  const open = async (tiny: TinyReference): Promise<TaskLab> => {
    const lab = await openTaskLab(engine, tiny);
    labs.push(lab);
    return lab;
  };

  test.each([
    ['convolutions', tinyConvReference, convBlocks],
    ['transformers', tinyTokenReference, tokenBlocks],
  ])(
    'of trained %s is nearer to the reference than one of drawn ones',
    async (_what, tinyOf, specs) => {
      const tiny = tinyOf(classes);
      const { material, context } = await open(tiny);
      const trained: AssembledBlock[] = [];
      for (const [block, spec] of specs.entries()) {
        const recipe = { ...blockTask.recipe, epochs: 12, learningRate: 0.01 };
        const task = { ...blockTask, reference: tiny.reference, block, spec, recipe };
        trained.push({ spec, weights: (await trainBlock(task, material, context)).weights });
      }
      const near = await probeNetwork(probeOf(tiny, trained), material, context);
      const far = await probeNetwork(probeOf(tiny, drawn(specs)), material, context);
      expect(near.chainedNsr).toHaveLength(specs.length);
      near.chainedNsr.forEach((ratio, index) =>
        expect(ratio).toBeLessThan(far.chainedNsr[index] ?? 0),
      );
      expect(near.divergence).toBeLessThan(far.divergence);
    },
  );

  test('counts no more images than it was asked for, and says the same again', async () => {
    const tiny = tinyConvReference(classes);
    const { material, context } = await open(tiny);
    const task = { ...probeOf(tiny, drawn(convBlocks)), images: 8 };
    const first = await probeNetwork(task, material, context);
    const again = await probeNetwork(task, material, context);
    expect(again).toEqual({ ...first, seconds: again.seconds });
    expect(first.agreementPercent % 12.5).toBe(0);
    expect(first.divergence).toBeGreaterThan(0);
  });

  test('fails with the name of weights that cannot be read', async () => {
    const tiny = tinyConvReference(classes);
    const { material, context } = await open(tiny);
    const weights = await context.store(Buffer.from('no archive'), 'npz');
    const blocks = convBlocks.map((spec) => ({ spec, weights }));
    await expect(probeNetwork(probeOf(tiny, blocks), material, context)).rejects.toMatchObject({
      name: 'FarmError',
      message: expect.stringContaining(weights.slice(0, 12)) as string,
    });
  });
});
