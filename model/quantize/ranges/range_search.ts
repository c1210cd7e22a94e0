import { roundHalfEven, type Range } from '../encoding/encoding';
import type { Histogram } from './histogram';

/** How the range of an activation follows from what was seen of it. */
export type RangeMethod =
  | { readonly kind: 'min-max' }
  | { readonly kind: 'percentile'; readonly percentile: number }
  | { readonly kind: 'mse' }
  | { readonly kind: 'sqnr' };

/** AIMET's weight of what saturates against what is rounded (TfEnhancedEncodingAnalyzer). */
const saturationWeight = 3;

/** As in TfEnhancedEncodingAnalyzer: steps of 1/16 to 17/16 of the widest, and zero at 21 places of the range. */
const deltaCandidates = 17;
const offsetCandidates = 21;

/** The search looks at so many bins: several for each of 256 steps. */
const searchBins = 1024;

/** The grid's winner is moved by this share of the range, then by half of it, and so on. */
const firstMove = 1 / 32;
const refinements = 4;

/** The range that the method chooses for integers with so many steps (255, 65535). It holds zero. */
export function chooseRange(histogram: Histogram, method: RangeMethod, steps: number): Range {
  switch (method.kind) {
    case 'min-max':
      return histogram.seen;
    case 'percentile':
      return percentileRange(histogram, method.percentile);
    case 'mse':
      return searchRange(histogram, { steps, saturationWeight: 1 });
    case 'sqnr':
      return searchRange(histogram, { steps, saturationWeight });
  }
}

/** Leaves out the same share of values at either end. */
function percentileRange({ low, binWidth, counts, seen }: Histogram, percentile: number): Range {
  const total = counts.reduce((sum, each) => sum + each, 0);
  const left = (total * (100 - percentile)) / 100;
  let [first, last] = [0, counts.length - 1];
  for (let sum = counts[first] ?? 0; sum <= left && first < last; sum += counts[first] ?? 0)
    first += 1;
  for (let sum = counts[last] ?? 0; sum <= left && last > first; sum += counts[last] ?? 0)
    last -= 1;
  return {
    min: Math.min(0, Math.max(seen.min, low + first * binWidth)),
    max: Math.max(0, Math.min(seen.max, low + (last + 1) * binWidth)),
  };
}

interface Search {
  readonly steps: number;
  readonly saturationWeight: number;
}

/**
 * The range with the least squared error, saturation counted `saturationWeight` times: AIMET's grid (tf_enhanced), clamped to
 * what was seen, and what was seen itself; then its winner moved in ever smaller steps, so it is never worse than AIMET's.
 */
function searchRange(histogram: Histogram, search: Search): Range {
  const { seen } = histogram;
  const bins = rebinned(histogram);
  const cost = (range: Range): number => rangeCost(bins, range, search);
  let best = { range: seen, cost: cost(seen) };
  const attempt = (range: Range): void => {
    if (range.max - range.min <= 0) return;
    const candidate = { range, cost: cost(range) };
    if (candidate.cost < best.cost) best = candidate;
  };
  for (const range of gridRanges(seen, search.steps)) attempt(range);
  let move = (seen.max - seen.min) * firstMove;
  for (let round = 0; round < refinements; round += 1, move /= 2) {
    for (const [below, above] of [
      [-move, 0],
      [move, 0],
      [0, -move],
      [0, move],
      [move, -move],
      [-move, move],
    ] as const) {
      attempt({
        min: Math.min(0, Math.max(seen.min, best.range.min + below)),
        max: Math.max(0, Math.min(seen.max, best.range.max + above)),
      });
    }
  }
  return best.range;
}

function gridRanges(seen: Range, steps: number): readonly Range[] {
  const ranges = new Map<string, Range>();
  const widest = (seen.max - seen.min) / steps;
  for (let step = 1; step <= deltaCandidates; step += 1) {
    const delta = (widest * step) / (deltaCandidates - 1);
    for (let place = 0; place < offsetCandidates; place += 1) {
      const offset = roundHalfEven(-steps + (steps * place) / (offsetCandidates - 1));
      const range = {
        min: Math.max(seen.min, delta * offset),
        max: Math.min(seen.max, delta * (offset + steps)),
      };
      ranges.set(`${String(range.min)} ${String(range.max)}`, range);
    }
  }
  return [...ranges.values()];
}

/** Centres of the bins that hold something, and how much. */
interface Bins {
  readonly centres: Float64Array;
  readonly counts: Float64Array;
  readonly width: number;
}

function rebinned({ low, binWidth, counts }: Histogram): Bins {
  const merge = counts.length / searchBins;
  const width = binWidth * merge;
  const sums = new Float64Array(searchBins);
  counts.forEach((value, index) => {
    const bin = Math.trunc(index / merge);
    sums[bin] = (sums[bin] ?? 0) + value;
  });
  const filled = [...sums.keys()].filter((bin) => (sums[bin] ?? 0) > 0);
  // Zero is held exactly by any encoding, and much of what comes out of an activation is zero.
  const centre = (bin: number): number =>
    low + bin * width <= 0 && low + (bin + 1) * width >= 0 ? 0 : low + (bin + 0.5) * width;
  return {
    centres: Float64Array.from(filled, centre),
    counts: Float64Array.from(filled, (bin) => sums[bin] ?? 0),
    width,
  };
}

function rangeCost({ centres, counts, width }: Bins, range: Range, search: Search): number {
  const scale = (range.max - range.min) / search.steps;
  const offset = roundHalfEven(range.min / scale);
  const [lowest, highest] = [offset * scale, (offset + search.steps) * scale];
  // Steps finer than the bins: within a bin the error is evenly spread.
  const evenError = width > scale / 2 ? (scale * scale) / 12 : undefined;
  let cost = 0;
  for (let bin = 0; bin < centres.length; bin += 1) {
    const value = centres[bin] ?? 0;
    const weight = counts[bin] ?? 0;
    if (value < lowest)
      cost += search.saturationWeight * weight * (lowest - value) * (lowest - value);
    else if (value > highest)
      cost += search.saturationWeight * weight * (value - highest) * (value - highest);
    else if (evenError !== undefined) cost += value === 0 ? 0 : weight * evenError;
    else {
      const error = value - roundHalfEven(value / scale) * scale;
      cost += weight * error * error;
    }
  }
  return cost;
}
