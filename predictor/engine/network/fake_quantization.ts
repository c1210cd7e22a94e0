import * as tf from '@tensorflow/tfjs-core';
import { assert } from '../../../common/assert';
import type { NamedValues, BatchValues } from '../engine';
import type { Kernels } from '../kernels';

/** Of a range, what each batch adds: PyTorch's MovingAverageMinMaxObserver. */
const rangeMomentum = 0.01;
/** Narrower ranges are widened to this, as where the network is quantized in earnest. */
const narrowestRange = 1e-5;
/** Of int8 without −128, so that every weight has its negative. */
const largestInteger = 127;
const leastScale = 1e-12;

/** What activations of a network in training for 8 bits range over, by layer. */
export interface ActivationRanges {
  /** The activation as 8 bits hold it, and the range moved towards it. BatchValues beyond the range pass no gradient. */
  readonly quantized: (key: string, activation: tf.Tensor) => tf.Tensor;
  readonly values: () => readonly (readonly [string, BatchValues])[];
  readonly restore: (state: NamedValues) => void;
}

interface ActivationRange {
  readonly min: number;
  readonly max: number;
}

const prefix = 'range/';

export function activationRanges(kernels: Kernels): ActivationRanges {
  const ranges = new Map<string, ActivationRange>();
  return {
    quantized: (key, activation) => {
      const seen = rangeOf(activation);
      // Of what is no number any more the loss shall tell.
      if (!Number.isFinite(seen.max - seen.min)) return activation;
      const range = moved(ranges.get(key) ?? seen, seen);
      ranges.set(key, range);
      const min = Math.min(range.min, 0);
      const max = Math.max(range.max, 0, min + narrowestRange);
      return kernels.fakeQuantize(activation, { min, max });
    },
    values: () =>
      [...ranges].map(([key, { min, max }]) => [
        prefix + key,
        { data: Float32Array.of(min, max), shape: [2] },
      ]),
    restore: (state) => {
      ranges.clear();
      for (const [name, { data }] of state) {
        if (!name.startsWith(prefix)) continue;
        const [min, max] = data;
        assert(min !== undefined && max !== undefined, 'a range has two ends');
        ranges.set(name.slice(prefix.length), { min, max });
      }
    },
  };
}

function rangeOf(activation: tf.Tensor): ActivationRange {
  const [min = Number.NaN] = tf.min(activation).dataSync<'float32'>();
  const [max = Number.NaN] = tf.max(activation).dataSync<'float32'>();
  return { min, max };
}

/** In single precision, as it is kept: a training that is resumed goes on to the bit. */
function moved(before: ActivationRange, seen: ActivationRange): ActivationRange {
  return {
    min: Math.fround(before.min + rangeMomentum * (seen.min - before.min)),
    max: Math.fround(before.max + rangeMomentum * (seen.max - before.max)),
  };
}

/**
 * A weight as int8 holds it, symmetric with a scale for each channel along `axis`; the gradient passes as if nothing had been rounded. A batch normalization behind it
 * is folded later: its factor of a channel changes the channel's scale, and no integer.
 */
export function quantizedWeight(weight: tf.Tensor, axis: number): tf.Tensor {
  const others = weight.shape.map((_, each) => each).filter((each) => each !== axis);
  const rounded = tf.customGrad((x) => {
    const largest = tf.max(tf.abs(x as tf.Tensor), others, true);
    const scale = tf.maximum(tf.div(largest, largestInteger), leastScale);
    return {
      value: tf.mul(tf.round(tf.div(x as tf.Tensor, scale)), scale),
      gradFunc: (slope: tf.Tensor) => slope,
    };
  });
  return rounded(weight);
}
