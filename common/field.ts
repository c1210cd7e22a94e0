import { z } from 'zod';
import { shown } from './one_line';

/** An object without fields but its own. */
export function mapping<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const fields = Object.keys(shape).join(', ');
  const error: z.core.$ZodErrorMap = (issue) =>
    issue.code === 'unrecognized_keys'
      ? `unknown field ${shown(issue.keys.join(', '))}; the fields here are ${fields}`
      : `expected a mapping with the fields ${fields}`;
  return z.strictObject(shape, { error });
}

export function whole(min: number, max: number): z.ZodNumber {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z.int(expected).min(min, expected).max(max, expected);
}

/** Both ends included. */
export function number(min: number, max: number): z.ZodNumber {
  const expected = `expected a number from ${min} to ${max}`;
  return z.number(expected).min(min, expected).max(max, expected);
}

export function positive(max = 1e9): z.ZodNumber {
  const expected = `expected a number above 0, at most ${max}`;
  return z.number(expected).gt(0, expected).max(max, expected);
}
