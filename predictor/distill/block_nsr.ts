import type { BatchValues } from '../engine/engine';

/** Below it a channel is the same everywhere; an error there would be infinitely many times its variance. */
const leastVariance = 1e-8;

/** Collects the noise-to-signal ratio: mean over channels of the mean squared error over the teacher's variance. */
interface NsrMeter {
  add(made: BatchValues, wanted: BatchValues): void;
  ratio(): number;
}

export function createNsrMeter(variance: Float32Array): NsrMeter {
  const errors = new Float64Array(variance.length);
  let places = 0;
  return {
    add: (made, wanted) => {
      const channels = variance.length;
      for (let index = 0; index < wanted.data.length; index += 1) {
        const error = (made.data[index] ?? 0) - (wanted.data[index] ?? 0);
        const channel = index % channels;
        errors[channel] = (errors[channel] ?? 0) + error * error;
      }
      places += wanted.data.length / channels;
    },
    ratio: () =>
      errors.reduce(
        (sum, error, channel) => sum + error / places / ((variance[channel] ?? 0) + leastVariance),
        0,
      ) / variance.length,
  };
}
