import { assert } from '../../common/assert';
import type { Random } from '../../common/random';
import type { Tensor } from '../onnx/graph';
import { float32Tensor } from '../onnx/graph_builder';
import type { Signal } from './signal';

interface Projection {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly output: Signal;
}

/** Share of the gain by which single channels' deviations and means differ, as trained scales and shifts do. */
const scatter = 0.2;
/** Correlation of a channel's values under one kernel: between that of noise and of smooth images. */
const neighbourCorrelation = 0.5;
/** Channels that hardly vary are not blown up. */
const smallestVariance = 1e-4;

/** A convolution or dense layer to draw. */
export interface ProjectionShape {
  /** Channels x input channels per group x taps. */
  readonly shape: readonly number[];
  /** Standard deviation of the outputs, and their mean in such. */
  readonly gain: number;
  readonly shift: number;
  /** For each tap the share of output pixels at which it lies within the image; elsewhere it reads zeros. */
  readonly coverage: readonly number[];
}

/**
 * Weights of a convolution or dense layer with the normalization behind it folded in: drawn uniformly (they quantize
 * well), then each output channel scaled and shifted to deviation `gain` and mean `shift` x `gain`, up to a scatter.
 */
export function drawProjection(
  input: Signal,
  { shape, gain, shift, coverage }: ProjectionShape,
  random: Random,
): Projection {
  const [rows = 0, perGroup = 0] = shape;
  const rowSize = perGroup * coverage.length;
  const rowsPerGroup = rows / (input.mean.length / perGroup);
  assert(Number.isInteger(rowsPerGroup), 'groups divide the channels');
  const weights = new Float32Array(rows * rowSize);
  random.fill(weights);
  const bias = new Float32Array(rows);
  const output = { mean: new Float32Array(rows), variance: new Float32Array(rows) };
  for (let row = 0; row < rows; row += 1) {
    const values = weights.subarray(row * rowSize, (row + 1) * rowSize);
    const firstChannel = Math.floor(row / rowsPerGroup) * perGroup;
    const moments =
      coverage.length === 1
        ? pointMoments(values, input, firstChannel)
        : windowMoments(values, input, { firstChannel, coverage });
    const deviation = gain * (1 + scatter * (random.next() - 0.5));
    const mean = gain * (shift + scatter * (2 * random.next() - 1));
    const scale = deviation / Math.sqrt(Math.max(moments.variance, smallestVariance));
    for (let index = 0; index < values.length; index += 1)
      values[index] = (values[index] ?? 0) * scale;
    bias[row] = mean - moments.mean * scale;
    output.mean[row] = mean;
    output.variance[row] = deviation * deviation;
  }
  return { weight: float32Tensor(shape, weights), bias: float32Tensor([rows], bias), output };
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** Of a row's product with the input, for a 1x1 kernel. */
function pointMoments(values: Float32Array, input: Signal, firstChannel: number): Moments {
  let mean = 0;
  let variance = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    mean += value * (input.mean[firstChannel + index] ?? 0);
    variance += value * value * (input.variance[firstChannel + index] ?? 0);
  }
  return { mean, variance };
}

/** The same for a larger kernel: neighbours are alike, and at the image's edge a tap's mean is missing. */
function windowMoments(
  values: Float32Array,
  input: Signal,
  {
    firstChannel,
    coverage,
  }: { readonly firstChannel: number; readonly coverage: readonly number[] },
): Moments {
  let mean = 0;
  let variance = 0;
  for (let index = 0, channel = firstChannel; index < values.length; channel += 1) {
    const channelMean = input.mean[channel] ?? 0;
    let sum = 0;
    let squares = 0;
    let edges = 0;
    for (let tap = 0; tap < coverage.length; tap += 1, index += 1) {
      const value = values[index] ?? 0;
      const share = coverage[tap] ?? 0;
      sum += value * share;
      squares += value * value * share;
      edges += value * value * share * (1 - share);
    }
    mean += sum * channelMean;
    variance +=
      ((1 - neighbourCorrelation) * squares + neighbourCorrelation * sum * sum) *
        (input.variance[channel] ?? 0) +
      edges * channelMean * channelMean;
  }
  return { mean, variance };
}
