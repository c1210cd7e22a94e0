import { assert } from './assert';
import { studentT } from './student_t';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Student's t interval of the mean of at least two values, taken as independent and normal. `confidence` is from 0 to below 1. */
export function meanInterval(values: readonly number[], confidence: number): Interval {
  const half = studentT(confidence, values.length - 1) * standardError(values);
  const mean = meanOf(values);
  return { low: mean - half, high: mean + half };
}

/** Of the mean of at least two values. */
export function standardError(values: readonly number[]): number {
  assert(values.length >= 2, 'a standard error needs two values');
  const mean = meanOf(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return Math.sqrt(variance / values.length);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
