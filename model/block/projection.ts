import { assert } from '../../common/assert';
import { elementCount, type Tensor } from '../onnx/graph';
import { float32Tensor } from '../onnx/graph_builder';
import type { Signal } from './signal';

export interface Projection {
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

/**
 * Weights of a convolution or dense layer with the normalization behind it folded in: drawn uniformly (they quantize
 * well), then each output channel scaled and shifted to deviation `gain` and mean 0, up to a scatter. `shape` is
 * channels x input channels per group x taps.
 */
export function drawProjection(input: Signal, { shape, gain }: { readonly shape: readonly number[]; readonly gain: number }, next: () => number): Projection {
  const [rows = 0, perGroup = 0, ...taps] = shape;
  const tapCount = elementCount(taps);
  const rowSize = perGroup * tapCount;
  const rowsPerGroup = rows / (input.mean.length / perGroup);
  assert(Number.isInteger(rowsPerGroup), 'groups divide the channels');
  const weights = new Float32Array(rows * rowSize);
  const bias = new Float32Array(rows);
  const output = { mean: new Float32Array(rows), variance: new Float32Array(rows) };
  for (let row = 0; row < rows; row += 1) {
    const values = weights.subarray(row * rowSize, (row + 1) * rowSize);
    const moments = drawRow(values, { input, firstChannel: Math.floor(row / rowsPerGroup) * perGroup, tapCount }, next);
    const deviation = gain * (1 + scatter * (next() - 0.5));
    const mean = gain * scatter * (2 * next() - 1);
    const scale = deviation / Math.sqrt(Math.max(moments.variance, smallestVariance));
    for (let index = 0; index < values.length; index += 1) values[index] = (values[index] ?? 0) * scale;
    bias[row] = mean - moments.mean * scale;
    output.mean[row] = mean;
    output.variance[row] = deviation * deviation;
  }
  return { weight: float32Tensor(shape, weights), bias: float32Tensor([rows], bias), output };
}

/** Fills a row with numbers from -1 to 1; returns mean and variance of its product with the input. */
function drawRow(values: Float32Array, { input, firstChannel, tapCount }: { readonly input: Signal; readonly firstChannel: number; readonly tapCount: number }, next: () => number): { readonly mean: number; readonly variance: number } {
  let mean = 0;
  let variance = 0;
  for (let index = 0, channel = firstChannel; index < values.length; channel += 1) {
    let sum = 0;
    let squares = 0;
    for (let tap = 0; tap < tapCount; tap += 1, index += 1) {
      const value = 2 * next() - 1;
      values[index] = value;
      sum += value;
      squares += value * value;
    }
    mean += sum * (input.mean[channel] ?? 0);
    variance += ((1 - neighbourCorrelation) * squares + neighbourCorrelation * sum * sum) * (input.variance[channel] ?? 0);
  }
  return { mean, variance };
}
