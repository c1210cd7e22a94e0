/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { assert } from '../../../common/assert';
import type { NetworkOutcome, NetworkTask } from '../../../common/training/training_task';
import { createGraphSession } from '../../../model/execute/graph_session';
import type { Graph } from '../../../model/onnx/graph';
import { readOnnx } from '../../../model/onnx/read';
import { defaultQuantization } from '../../../model/quantize/options/options';
import { quantizeWithStatistics } from '../../../model/quantize/quantize';
import { readRanges } from '../../../model/weights/ranges_file';
import { channelsFirst } from '../../../predictor/data/normalize';
import { finetuneNetwork } from '../../../predictor/finetune/finetune_network';
import { TaskPaused } from '../../../predictor/task/task_context';
import { tokenBlocks } from '../tiny_reference';
import { convReference, FinetuneLab, networkTask, tokenReference } from './finetune_lab';

describe('finetuning a network', () => {
  const tiny = convReference();
  let lab: FinetuneLab;
  beforeAll(async () => (lab = await FinetuneLab.open()));
  afterAll(() => lab.close());

  const run = async (
    task: NetworkTask,
    taskId: string,
    { of = tiny, pausesAt = Infinity } = {},
  ): Promise<NetworkOutcome> =>
    finetuneNetwork(task, await lab.material(of), lab.context(taskId, pausesAt));
  const checkpoints = async (): Promise<readonly string[]> =>
    (await readdir(lab.folder)).filter((name) => name.includes('checkpoint'));
  const losses = ({ history }: NetworkOutcome): readonly number[] =>
    history.map(({ loss }) => loss);

  test('lowers the loss epoch by epoch', async () => {
    const outcome = await run(networkTask(tiny), 'falls');
    const [first = 0, ...others] = losses(outcome);
    expect(others).toHaveLength(3);
    expect(others.at(-1)).toBeLessThan(first * 0.95);
    expect(outcome).toMatchObject({ epochs: 4, evaluationImages: 32, model: null, ranges: null });
  });

  test('goes on from where it made room, as if nothing had happened', async () => {
    const task = networkTask(tiny);
    const undisturbed = await run(task, 'undisturbed');
    await expect(run(task, 'disturbed', { pausesAt: 2 })).rejects.toThrow(TaskPaused);
    expect(await checkpoints()).toEqual(['disturbed.checkpoint.npz']);
    const disturbed = await run(task, 'disturbed');
    expect(await checkpoints()).toEqual([]);
    expect(disturbed.startAccuracyPercent).toBe(undisturbed.startAccuracyPercent);
    losses(disturbed).forEach((loss, epoch) =>
      expect(loss).toBeCloseTo(losses(undisturbed)[epoch] ?? Number.NaN, 3),
    );
  });

  test('begins anew where its checkpoint is broken', async () => {
    const file = path.join(lab.folder, 'broken.checkpoint.npz');
    await writeFile(file, 'no archive');
    const outcome = await run(networkTask(tiny, {}, { epochs: 1 }), 'broken');
    expect(outcome.history).toHaveLength(1);
    expect(await checkpoints()).toEqual([]);
  });

  test('fails with the reason when the loss is no number any more', async () => {
    const task = networkTask(tiny, {}, { learningRate: 1e30, clipNorm: null, optimizer: 'sgd' });
    await expect(run(task, 'lost')).rejects.toThrow(/^the loss is no number any more at step \d+ /);
  });

  test('stops when the watched images get no better for as long as it has patience', async () => {
    // Nothing is learned at this rate; only what normalizations see moves on.
    const rate = { learningRate: 1e-12, schedule: 'constant', patienceEpochs: 2 } as const;
    const outcome = await run(networkTask(tiny, {}, { ...rate, epochs: 100 }), 'stalls');
    const accuracies = outcome.history.map((epoch) => epoch.validationAccuracyPercent ?? -1);
    expect(accuracies.indexOf(Math.max(...accuracies))).toBe(accuracies.length - 3);
    expect(outcome.epochs).toBe(accuracies.length);
    expect(outcome.epochs).toBeLessThan(100);
  });

  test('measures the int8 network that comes of what it keeps', async () => {
    const task = networkTask(tiny, { keepsModel: true, evaluationOffset: 40 }, { epochs: 2 });
    const outcome = await run(task, 'kept');
    const float = graphOf(lab.stored.get(outcome.model ?? ''));
    const ranges = readRanges(lab.stored.get(outcome.ranges ?? '') ?? new Uint8Array(0));
    assert(ranges.ok, 'the ranges can be read');
    const int8 = quantizeWithStatistics(float, ranges.value, defaultQuantization);
    expect(await oneByOne(float, task)).toBeCloseTo(outcome.accuracyPercent, 5);
    expect(await oneByOne(int8, task)).toBeCloseTo(outcome.quantizedAccuracyPercent, 5);
    expect(await oneByOne(tiny.graph, task)).toBeCloseTo(outcome.referenceAccuracyPercent, 5);
  });

  test('trains on changed images, frozen ends, and without a teacher', async () => {
    const task = networkTask(
      tiny,
      { keepsModel: true, fromScratch: false },
      {
        augmentation: 'standard',
        trainStem: false,
        trainHead: false,
        distillationShare: 0.3,
        epochs: 1,
      },
    );
    const outcome = await run(task, 'frozen');
    const trained = graphOf(lab.stored.get(outcome.model ?? ''));
    const stem = tiny.graph.nodes.find(({ kind }) => kind === 'Conv')?.inputs[1] ?? '';
    const values = tiny.graph.initializers.get(stem)?.data ?? [];
    const found = [...trained.initializers.values()].some(
      ({ data }) => data.length === values.length && String(data) === String(values),
    );
    expect(found).toBe(true);
    const alone = await run(networkTask(tiny, {}, { distillationShare: 0, epochs: 1 }), 'alone');
    expect(losses(alone)[0]).toBeGreaterThan(1);
  });

  test('trains with quantization in the forward pass', async () => {
    const plain = await run(networkTask(tiny), 'plain');
    const aware = await run(networkTask(tiny, {}, { quantizationAware: true }), 'aware');
    expect(losses(aware).at(-1)).toBeLessThan(losses(aware)[0] ?? 0);
    expect(losses(aware)[0]).not.toBe(losses(plain)[0]);
    expect(losses(aware)[0]).toBeCloseTo(losses(plain)[0] ?? Number.NaN, 0);
  });

  test('is for transformers too', async () => {
    const of = tokenReference();
    const blocks = tokenBlocks.map((spec) => ({ spec, weights: null }));
    const outcome = await run(
      networkTask(of, { blocks }, { learningRate: 0.001, epochs: 3 }),
      'tokens',
      { of },
    );
    expect(losses(outcome).at(-1)).toBeLessThan(losses(outcome)[0] ?? 0);
  });

  /** One image at a time, the answer that is greatest. */
  const oneByOne = async (graph: Graph, task: NetworkTask): Promise<number> => {
    const { data, normalize } = await lab.material(tiny);
    const session = await createGraphSession(graph, { threads: 1, optimization: 'all' });
    let right = 0;
    for (let index = 0; index < task.evaluationImages; index += 1) {
      const { pixels, labels } = await data.validation.read([index + task.evaluationOffset]);
      const image = channelsFirst(normalize(pixels), [1, 16, 16, 3]);
      const outputs = await session.run(
        new Map([[session.inputNames[0] ?? '', { shape: [1, 3, 16, 16], data: image }]]),
      );
      const logits = [...(outputs.get(session.outputNames[0] ?? '')?.data ?? [])];
      if (logits.indexOf(Math.max(...logits)) === labels[0]) right += 1;
    }
    await session.release();
    return (100 * right) / task.evaluationImages;
  };
});

function graphOf(bytes: Uint8Array | undefined): Graph {
  const read = readOnnx(bytes ?? new Uint8Array(0));
  assert(read.ok, 'the kept network can be read');
  return read.value;
}
