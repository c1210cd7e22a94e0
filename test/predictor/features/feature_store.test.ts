/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createGraphSession } from '../../../model/execute/graph_session';
import { openFeatures, type Features } from '../../../predictor/features/feature_store';
import {
  noiseSamples,
  tinyConvReference,
  tinyTokenReference,
  type TinyReference,
} from '../tiny_reference';

const all = [0, 1, 2, 3, 4];

describe('teacher features', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'farm-features-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = (
    { graph, reference }: TinyReference,
    samples = noiseSamples(5),
    { largestBytes = 1e9, cut = 1 } = {},
  ): Promise<Features> =>
    openFeatures(
      { folder, largestBytes, onProgress: () => undefined },
      { digest: reference.model, graph },
      { tensor: reference.cuts[cut] ?? '', samples },
    );
  const filesOf = async (ending: string): Promise<readonly string[]> =>
    (await readdir(folder)).filter((name) => name.endsWith(ending));

  test('are what the network makes of a sample, channels last', async () => {
    const tiny = tinyConvReference();
    const features = await open(tiny);
    expect(features.sampleShape).toEqual([8, 8, 8]);
    const [height, width, channels] = [8, 8, 8];
    const expected = await runWhole(tiny, 3, tiny.reference.cuts[1] ?? '');
    const { data } = await features.read([3]);
    for (const [channel, y, x] of [
      [0, 0, 0],
      [5, 2, 7],
      [7, 7, 7],
    ] as const)
      expect(data[(y * width + x) * channels + channel]).toBeCloseTo(
        expected[(channel * height + y) * width + x] ?? NaN,
        5,
      );
  });

  test('of tokens keep their order', async () => {
    const tiny = tinyTokenReference();
    const features = await open(tiny);
    expect(features.sampleShape).toEqual([17, 64]);
    const expected = await runWhole(tiny, 2, tiny.reference.cuts[1] ?? '');
    const { data } = await features.read([2]);
    expect(
      Math.max(...data.map((value, index) => Math.abs(value - (expected[index] ?? 0)))),
    ).toBeLessThan(1e-4);
  });

  test('have the variance of each channel over all samples and places', async () => {
    const features = await open(tinyConvReference());
    const { data } = await features.read(all);
    const values = [...data].filter((_, index) => index % 8 === 3);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(features.variance[3]).toBeCloseTo(variance, 6);
  });

  test('are computed once, for all processes and restarts', async () => {
    const tiny = tinyConvReference();
    const [first, second] = [noiseSamples(5), noiseSamples(5)];
    await Promise.all([open(tiny, first), open(tiny, second)]);
    expect(Math.min(first.reads(), second.reads())).toBe(0);
    const later = noiseSamples(5);
    await open(tiny, later);
    expect(later.reads()).toBe(0);
  });

  test('that do not fit are computed as they are read, with the same results', async () => {
    const tiny = tinyConvReference();
    const kept = await (await open(tiny)).read([4, 1]);
    await rm(folder, { recursive: true });
    const streamed = await open(tiny, noiseSamples(5), { largestBytes: 1_000 });
    expect(await filesOf('.f32')).toEqual([]);
    expect(await streamed.read([4, 1])).toEqual(kept);
  });

  test('that did not fit are kept once there is more room', async () => {
    const tiny = tinyConvReference();
    await open(tiny, noiseSamples(5), { largestBytes: 1_000 });
    const samples = noiseSamples(5);
    const features = await open(tiny, samples);
    expect(await filesOf('.f32')).toHaveLength(1);
    const reads = samples.reads();
    await features.read(all);
    expect(samples.reads()).toBe(reads);
  });

  test('used least recently make room for others', async () => {
    const tiny = tinyConvReference();
    const oneFile = 5 * 8 * 8 * 8 * 4;
    await open(tiny, noiseSamples(5), { largestBytes: oneFile, cut: 0 });
    const before = await filesOf('.f32');
    await open(tiny, noiseSamples(5), { largestBytes: oneFile, cut: 1 });
    const after = await filesOf('.f32');
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });

  test('that a killed process left half made are made anew', async () => {
    const tiny = tinyConvReference();
    const expected = await (await open(tiny)).read(all);
    const [file = ''] = await filesOf('.f32');
    await truncate(path.join(folder, file), 100);
    await writeFile(path.join(folder, `${file}.lock`), String(2 ** 22 + 1));
    expect(await (await open(tiny)).read(all)).toEqual(expected);
    expect(await filesOf('.lock')).toEqual([]);
  });

  test('of a sample that is not there are an error, not zeros', async () => {
    const features = await open(tinyConvReference());
    expect(() => features.read([5])).toThrow(/no sample 5/);
  });
});

/** By ONNX Runtime, in its own order of dimensions. */
async function runWhole(
  { graph }: TinyReference,
  sample: number,
  tensor: string,
): Promise<Float32Array> {
  const session = await createGraphSession({
    ...graph,
    outputs: [{ name: tensor, elementType: 'float32', shape: null }],
  });
  const { data } = await noiseSamples(5).read([sample]);
  const image = Float32Array.from(
    data,
    (_, index) => data[(index % 256) * 3 + Math.floor(index / 256)] ?? 0,
  );
  const results = await session.run(new Map([['image', { shape: [1, 3, 16, 16], data: image }]]));
  await session.release();
  return results.get(tensor)?.data ?? new Float32Array(0);
}
