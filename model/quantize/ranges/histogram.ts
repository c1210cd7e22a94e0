import type { Range } from '../encoding/encoding';

/** How often values fell into each of equally wide bins from `low` on, and the exact ends of what was seen. */
export interface Histogram {
  readonly low: number;
  readonly binWidth: number;
  readonly counts: Float64Array;
  readonly seen: Range;
}

export interface HistogramObserver {
  /** False when a value is not finite. */
  readonly observe: (values: Float32Array) => boolean;
  readonly histogram: () => Histogram;
}

/** Twice what the searches look at, so that a doubling of the range costs them nothing. */
const binCount = 4096;

/**
 * Streams values into a histogram of fixed size. Its range begins as the first values'; values outside double it, by merging
 * neighbouring bins, which moves no count to a wrong place.
 */
export function createHistogramObserver(): HistogramObserver {
  let counts = new Float64Array(binCount);
  let [low, binWidth] = [0, 0];
  let seen: Range = { min: 0, max: 0 };
  const cover = (range: Range): void => {
    if (binWidth === 0 && range.max > range.min) {
      low = range.min;
      // All that came before were zeros.
      const zeros = counts[0] ?? 0;
      counts[0] = 0;
      binWidth = (range.max - range.min) / binCount;
      counts[Math.min(binCount - 1, Math.trunc(-low / binWidth))] = zeros;
    }
    while (low > range.min) {
      counts = merged(counts, binCount / 2);
      low -= binWidth * binCount;
      binWidth *= 2;
    }
    while (low + binWidth * binCount < range.max) {
      counts = merged(counts, 0);
      binWidth *= 2;
    }
  };
  return {
    observe: (values) => {
      const range = hull(values, seen);
      if (range === undefined) return false;
      cover(range);
      seen = range;
      if (binWidth === 0) counts[0] = (counts[0] ?? 0) + values.length;
      else count(values, counts, { low, perUnit: 1 / binWidth });
      return true;
    },
    histogram: () => ({ low, binWidth, counts, seen }),
  };
}

/** The range with the values' in it; zero always is. Undefined when one of them is not finite. */
function hull(values: Float32Array, known: Range): Range | undefined {
  let { min, max } = known;
  let sum = 0;
  // Indexed loops: these run over every activation of every sample, and for-of takes three times as long.
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return Number.isFinite(sum) ? { min, max } : undefined;
}

function count(
  values: Float32Array,
  counts: Float64Array,
  { low, perUnit }: { readonly low: number; readonly perUnit: number },
): void {
  const last = counts.length - 1;
  for (let index = 0; index < values.length; index += 1) {
    // Not below zero: the bins cover the values. A rounding error at the upper end is caught.
    const bin = Math.trunc(((values[index] ?? 0) - low) * perUnit);
    const within = bin > last ? last : bin < 0 ? 0 : bin;
    counts[within] = (counts[within] ?? 0) + 1;
  }
}

function merged(counts: Float64Array, offset: number): Float64Array<ArrayBuffer> {
  const halved = new Float64Array(counts.length);
  for (let index = 0; index < counts.length; index += 2)
    halved[offset + index / 2] = (counts[index] ?? 0) + (counts[index + 1] ?? 0);
  return halved;
}
