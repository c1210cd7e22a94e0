import type { Layer } from './layer';

/**
 * Mean and variance of each channel as they are expected over images, so that drawn weights come with the normalization
 * that training would have left: no channel explodes, dies, or is the same for all images, however deep the network.
 */
export interface Signal {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/**
 * Mean of what an activation reads, in standard deviations. With a mean of 0 each ReLU amplifies a perturbation by
 * π/(π-1), 1.67 dB, beside the signal (Yang et al., https://arxiv.org/abs/1902.08129), so that 8 bits drown in the noise
 * of 50 layers. A mean of 1.5 leaves 0.21 dB.
 */
export const activationShift = 1.5;

/** A block's input by convention: each channel normal with mean 0 and variance 1, or what leaves an activation. */
export function standardSignal(channels: number, activatedInput: boolean): Signal {
  const variance = new Float32Array(channels).fill(1);
  return activatedInput
    ? activated({ mean: new Float32Array(channels).fill(activationShift), variance }, 'relu')
    : { mean: new Float32Array(channels), variance };
}

type ActivationFunction = Extract<Layer, { kind: 'activation' }>['function'];

const functions: Readonly<Record<ActivationFunction, (x: number) => number>> = {
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(Math.max(0, x), 6),
  sigmoid,
  swish: (x) => x * sigmoid(x),
  hardsigmoid,
  hardswish: (x) => x * hardsigmoid(x),
  // The sigmoid form is near enough for a mean and a variance. https://arxiv.org/abs/1606.08415, section 2
  gelu: (x) => x * sigmoid(1.702 * x),
};

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function hardsigmoid(x: number): number {
  return Math.min(Math.max(0, x / 6 + 0.5), 1);
}

const points = Array.from({ length: 13 }, (_, index) => (index - 6) / 2);
const densities = points.map((z) => Math.exp((-z * z) / 2));
const totalDensity = densities.reduce((sum, density) => sum + density, 0);

/** Of a normal signal, behind a function; by a sum over 13 points of the bell curve. */
export function activated({ mean, variance }: Signal, kind: ActivationFunction): Signal {
  const apply = functions[kind];
  const result = { mean: new Float32Array(mean.length), variance: new Float32Array(mean.length) };
  for (let channel = 0; channel < mean.length; channel += 1) {
    const deviation = Math.sqrt(variance[channel] ?? 0);
    let first = 0;
    let second = 0;
    for (let point = 0; point < points.length; point += 1) {
      const value = apply((mean[channel] ?? 0) + deviation * (points[point] ?? 0));
      const density = (densities[point] ?? 0) / totalDensity;
      first += density * value;
      second += density * value * value;
    }
    result.mean[channel] = first;
    result.variance[channel] = second - first * first;
  }
  return result;
}

/** The sum of independent signals. */
export function added(first: Signal, second: Signal): Signal {
  return {
    mean: first.mean.map((mean, channel) => mean + (second.mean[channel] ?? 0)),
    variance: first.variance.map((variance, channel) => variance + (second.variance[channel] ?? 0)),
  };
}

/** The product of independent signals. */
export function multiplied(first: Signal, second: Signal): Signal {
  const mean = first.mean.map((value, channel) => value * (second.mean[channel] ?? 0));
  const squares = (signal: Signal, channel: number): number =>
    (signal.variance[channel] ?? 0) + (signal.mean[channel] ?? 0) ** 2;
  return {
    mean,
    variance: mean.map(
      (value, channel) => squares(first, channel) * squares(second, channel) - value * value,
    ),
  };
}

/** A mean over pixels or tokens keeps the channel's mean and `share` of its variance. */
export function averaged({ mean, variance }: Signal, share: number): Signal {
  return { mean, variance: variance.map((value) => value * share) };
}

/** The largest of many overlapping windows' values: higher by so many standard deviations. */
export function maximized({ mean, variance }: Signal, deviations: number): Signal {
  return {
    mean: mean.map((value, channel) => value + deviations * Math.sqrt(variance[channel] ?? 0)),
    variance,
  };
}
