import { assert } from './assert';

/**
 * The quantile of ascending values by linear interpolation between order statistics: type 7 of Hyndman and Fan (1996),
 * the default of R and NumPy. `fraction` is in [0, 1].
 */
export function quantile(ascending: readonly number[], fraction: number): number {
  assert(ascending.length > 0, 'a quantile needs a value');
  assert(fraction >= 0 && fraction <= 1, 'a quantile lies between 0 and 1');
  const position = (ascending.length - 1) * fraction;
  const below = Math.floor(position);
  const low = ascending[below] ?? Number.NaN;
  const high = ascending[Math.min(below + 1, ascending.length - 1)] ?? Number.NaN;
  return low + (high - low) * (position - below);
}

export function median(values: readonly number[]): number {
  return quantile(ascendingOf(values), 0.5);
}

export function ascendingOf(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** With n − 1 in the denominator (two passes, so that close values far from zero keep their digits); 0 for a single value. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1),
  );
}
