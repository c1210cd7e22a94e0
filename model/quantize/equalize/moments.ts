import { assert } from '../../../common/assert';
import { BadInputError } from '../../../common/bad_input';
import { createGraphSession } from '../../execute/graph_session';
import type { FloatTensor } from '../../execute/session';
import type { Graph, Node } from '../../onnx/graph';

/** One run's inputs, by name. */
export type Feeds = ReadonlyMap<string, FloatTensor>;

/** Mean and standard deviation of each channel, over samples and positions. */
export interface ChannelMoments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** The dimension of a layer's inputs and outputs that counts channels: the last one of matrices, else the second. */
export function channelAxis(layer: Node): number {
  return layer.kind === 'Gemm' || layer.kind === 'MatMul' ? -1 : 1;
}

/**
 * Runs the graph on the samples and returns each tensor's moments. `axes` tells the dimension of each tensor that counts
 * channels. One sample's tensors are in memory at a time. @throws BadInputError when values are not finite
 */
export async function measureMoments(
  graph: Graph,
  axes: ReadonlyMap<string, number>,
  samples: readonly Feeds[],
): Promise<ReadonlyMap<string, ChannelMoments>> {
  const sums = new Map<string, ChannelSums>();
  await watch(graph, axes, {
    samples,
    see: (name, tensor, axis) => sums.set(name, added(sums.get(name), tensor, axis)),
  });
  return new Map([...sums].map(([name, sum]) => [name, momentsOf(sum, name)]));
}

interface Watching {
  readonly samples: readonly Feeds[];
  readonly see: (name: string, tensor: FloatTensor, axis: number) => void;
}

/** Runs the graph on each sample and shows its tensors. */
async function watch(
  graph: Graph,
  axes: ReadonlyMap<string, number>,
  { samples, see }: Watching,
): Promise<void> {
  const inputs = new Set(graph.inputs.map((input) => input.name));
  const outputs = [...axes.keys()]
    .filter((name) => !inputs.has(name))
    .map((name) => ({ name, elementType: 'float32' as const, shape: null }));
  const session =
    outputs.length === 0 ? undefined : await createGraphSession({ ...graph, outputs });
  try {
    for (const feeds of samples) {
      for (const [name, tensor] of [...feeds, ...((await session?.run(feeds)) ?? [])]) {
        const axis = axes.get(name);
        if (axis !== undefined) see(name, tensor, axis);
      }
    }
  } finally {
    await session?.release();
  }
}

/** The means of each sample's channels, by tensor. @throws as measureMoments */
export async function measureSampleMeans(
  graph: Graph,
  axes: ReadonlyMap<string, number>,
  samples: readonly Feeds[],
): Promise<ReadonlyMap<string, readonly Float64Array[]>> {
  const means = new Map([...axes.keys()].map((name) => [name, [] as Float64Array[]]));
  await watch(graph, axes, {
    samples,
    see: (name, tensor, axis) =>
      means.get(name)?.push(momentsOf(added(undefined, tensor, axis), name).mean),
  });
  return means;
}

/** Of one tensor. */
export function channelMeans(tensor: FloatTensor, axis: number): Float64Array {
  const { sum, count } = added(undefined, tensor, axis);
  return sum.map((value) => value / count);
}

interface ChannelSums {
  readonly count: number;
  readonly sum: Float64Array;
  readonly squares: Float64Array;
}

function added(known: ChannelSums | undefined, tensor: FloatTensor, axis: number): ChannelSums {
  const channels = tensor.shape.at(axis) ?? 1;
  const sum = known?.sum ?? new Float64Array(channels);
  const squares = known?.squares ?? new Float64Array(channels);
  assert(sum.length === channels, 'a tensor has equally many channels in every run');
  forEachChannelRun(tensor, axis, (channel, values) => {
    let [first, second] = [0, 0];
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] ?? 0;
      first += value;
      second += value * value;
    }
    sum[channel] = (sum[channel] ?? 0) + first;
    squares[channel] = (squares[channel] ?? 0) + second;
  });
  return { count: (known?.count ?? 0) + tensor.data.length / channels, sum, squares };
}

/** Calls back with each stretch of values that belongs to one channel. */
export function forEachChannelRun(
  { shape, data }: FloatTensor,
  axis: number,
  visit: (channel: number, values: Float32Array) => void,
): void {
  const channels = shape.at(axis) ?? 1;
  const inner = axis < 0 ? 1 : shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  for (
    let start = 0, channel = 0;
    start < data.length;
    start += inner, channel = channel + 1 === channels ? 0 : channel + 1
  )
    visit(channel, data.subarray(start, start + inner));
}

function momentsOf({ count, sum, squares }: ChannelSums, name: string): ChannelMoments {
  const mean = sum.map((value) => value / count);
  const deviation = squares.map((value, channel) =>
    Math.sqrt(Math.max(0, value / count - (mean[channel] ?? 0) ** 2)),
  );
  if (!mean.every(Number.isFinite))
    throw new BadInputError(
      `tensor ${name} is not finite on the calibration data; the network or the data is broken`,
    );
  return { mean, deviation };
}
