import { assert } from './assert';
import { mean, standardDeviation } from './statistics';
import { studentT } from './student_t';

interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Student's t interval of the mean of at least two values, taken as independent and normal. `confidence` is from 0 to below 1. */
export function meanInterval(values: readonly number[], confidence: number): Interval {
  const half = studentT(confidence, values.length - 1) * standardError(values);
  const centre = mean(values);
  return { low: centre - half, high: centre + half };
}

/** Of the mean of at least two values. */
export function standardError(values: readonly number[]): number {
  assert(values.length >= 2, 'a standard error needs two values');
  return standardDeviation(values) / Math.sqrt(values.length);
}
