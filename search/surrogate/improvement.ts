import type { Point } from '../front/point';

/** A front of two objectives as a staircase below a reference, to be asked what a new point may be expected to add. */
export interface Stairs {
  /** First objective of each step's left end, rising; the last step ends at `limit`. */
  readonly lefts: Float64Array;
  /** Second objective that is already reached on the step. */
  readonly heights: Float64Array;
  readonly limit: number;
}

/** The stairs of the points below the reference; the first begins at 0, where nothing is reached but the reference. */
export function stairsOf(points: readonly Point[], [limit = 0, ceiling = 0]: Point): Stairs {
  const lefts = [0];
  const heights = [ceiling];
  for (const [x = 0, y = 0] of points.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0))) {
    if (x >= limit || y >= (heights.at(-1) ?? 0)) continue;
    lefts.push(x);
    heights.push(y);
  }
  return { lefts: Float64Array.from(lefts), heights: Float64Array.from(heights), limit };
}

/**
 * The expected growth of the area that the stairs dominate, by a point whose first objective's logarithm is normal and whose second is known: the
 * chance that the point lies left of t, times the drop from the stairs to it at t, over all t. Both integrals are closed.
 */
export function expectedImprovement(
  { lefts, heights, limit }: Stairs,
  second: number,
  log: { readonly mean: number; readonly deviation: number },
): number {
  let sum = 0;
  let end = limit;
  let atEnd: number | undefined;
  for (let step = lefts.length - 1; step >= 0; step -= 1) {
    const left = lefts[step] as number;
    const drop = (heights[step] as number) - second;
    if (drop > 0) {
      atEnd ??= shortfall(end, log);
      const atLeft = shortfall(left, log);
      sum += drop * (atEnd - atLeft);
      atEnd = atLeft;
    }
    end = left;
  }
  return sum;
}

/** The mean of max(0, t - X) for X log-normal: how much of the line up to t lies right of X. */
function shortfall(
  t: number,
  { mean, deviation }: { readonly mean: number; readonly deviation: number },
): number {
  if (t <= 0) return 0;
  const z = (Math.log(t) - mean) / deviation;
  if (z < -8) return 0;
  return (
    t * normalShare(z) - Math.exp(mean + (deviation * deviation) / 2) * normalShare(z - deviation)
  );
}

/** The normal distribution's share below z, to seven digits. Abramowitz and Stegun 7.1.26 is coarser; this is Hart's, by West (2005). */
export function normalShare(z: number): number {
  const size = Math.abs(z);
  if (size > 37) return z > 0 ? 1 : 0;
  const exponential = Math.exp((-size * size) / 2);
  let tail: number;
  if (size < 7.07106781186547) {
    const above =
      (((((3.52624965998911e-2 * size + 0.700383064443688) * size + 6.37396220353165) * size +
        33.912866078383) *
        size +
        112.079291497871) *
        size +
        221.213596169931) *
        size +
      220.206867912376;
    const below =
      ((((((8.83883476483184e-2 * size + 1.75566716318264) * size + 16.064177579207) * size +
        86.7807322029461) *
        size +
        296.564248779674) *
        size +
        637.333633378831) *
        size +
        793.826512519948) *
        size +
      440.413735824752;
    tail = (exponential * above) / below;
  } else {
    tail =
      exponential /
      (2.506628274631 * (size + 1 / (size + 2 / (size + 3 / (size + 4 / (size + 0.65))))));
  }
  return z > 0 ? 1 - tail : tail;
}
