import { createRandom } from '../../../../common/random';
import { blockSegment, type Segment } from '../../../../model/block/network_spec';
import type { BlockSpec } from '../../../../common/block_spec';
import { createGraphSession } from '../../../../model/execute/graph_session';
import { elementCount, type DeclaredTensor, type Graph } from '../../../../model/onnx/graph';
import type {
  TrainingEngine,
  NamedValues,
  LayersPart,
  BatchValues,
} from '../../../../predictor/engine/engine';
import { openEngine } from '../../../../predictor/engine/open_engine';

export async function testEngine(): Promise<TrainingEngine> {
  return openEngine({ kind: 'auto', threads: 1 });
}

export function randomValues(shape: readonly number[], seed: string, deviation = 1): BatchValues {
  const random = createRandom(seed);
  return {
    data: Float32Array.from({ length: elementCount(shape) }, () => deviation * random.normal()),
    shape,
  };
}

/** So many samples of ONNX's shape, as the engine takes them. */
export function batchOf(samples: number, shape: readonly number[], seed: string): BatchValues {
  const [first, ...own] = shape;
  const [channels = 1, height = 1, width = 1] = own;
  if (first !== 1) return randomValues([samples, ...shape], seed);
  return randomValues([samples, ...(own.length === 3 ? [height, width, channels] : own)], seed);
}

/** Weights as training might leave them: no scale is 1, no shift and no mean 0. */
export function disturbed(weights: NamedValues, seed: string): NamedValues {
  return new Map(
    [...weights].map(([name, { data, shape }]) => {
      const random = createRandom(`${seed}/${name}`);
      const moved = name.endsWith('.variance')
        ? data.map(() => 0.5 + random.next())
        : data.map((value) => value + 0.2 * random.normal());
      return [name, { data: moved, shape }];
    }),
  );
}

export function blockAsPart(spec: BlockSpec, inputShape: readonly number[]): LayersPart {
  return segmentAsPart(blockSegment(spec, 0), inputShape);
}

export function segmentAsPart(
  { name, layers, output }: Pick<Segment, 'name' | 'layers' | 'output'>,
  inputShape: readonly number[],
): LayersPart {
  return { kind: 'layers', name, layers, output, inputShape, weights: undefined, seed: 1 };
}

/** Between the engine's order and ONNX's: NHWC to NCHW of what is an image there, all else as it is. */
export function toOnnx({ data, shape }: BatchValues, declared?: DeclaredTensor): Float32Array {
  const isImage =
    declared === undefined || (declared.shape?.length === 4 && declared.shape[0] === 1);
  if (shape.length !== 4 || !isImage) return data;
  const [batch = 1, height = 1, width = 1, channels = 1] = shape;
  const turned = new Float32Array(data.length);
  let at = 0;
  for (let image = 0; image < batch; image += 1)
    for (let channel = 0; channel < channels; channel += 1)
      for (let pixel = 0; pixel < height * width; pixel += 1)
        turned[at++] = data[(image * height * width + pixel) * channels + channel] ?? 0;
  return turned;
}

/** What ONNX Runtime says, sample by sample, of the engine's batch. In ONNX's order, one sample after the other. */
export async function runOnnx(graph: Graph, batch: BatchValues): Promise<Float32Array> {
  const [input] = graph.inputs;
  const shape = (input?.shape ?? []).map(Number);
  const data = toOnnx(batch, input);
  const each = elementCount(shape);
  const session = await createGraphSession(graph);
  const outputs: number[] = [];
  for (let from = 0; from < data.length; from += each) {
    const result = await session.run(
      new Map([[input?.name ?? '', { shape, data: data.slice(from, from + each) }]]),
    );
    outputs.push(...(result.get(graph.outputs[0]?.name ?? '')?.data ?? []));
  }
  await session.release();
  return Float32Array.from(outputs);
}

/** Largest difference over the largest value. */
export function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  return actual.reduce((most, value, index) => {
    const difference = Math.abs(value - (expected[index] ?? Number.NaN)) / scale;
    return Number.isNaN(difference) ? Infinity : Math.max(most, difference);
  }, 0);
}
