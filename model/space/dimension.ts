import { assert } from '../../common/assert';
import { ownValue } from '../../common/own_value';
import type { Value } from './space';

/** One choice of a block. */
export interface Dimension {
  readonly name: string;
  /** What a number stands behind in an architecture string; names stand for themselves. */
  readonly prefix: string;
  readonly values: readonly Value[];
}

const shortNames: Readonly<Record<string, string>> = {
  depthwise: 'dw',
  grouped: 'grp',
  bottleneck: 'bneck',
  none: 'plain',
};

/** A choice in an architecture string: `dw`, `k5`, `w0.5`, `swish`. */
export function formatChoice({ prefix }: Pick<Dimension, 'prefix'>, value: Value): string {
  return typeof value === 'number' ? `${prefix}${value}` : (ownValue(shortNames, value) ?? value);
}

export function pick<Choice>(values: readonly Choice[], index: number | undefined): Choice {
  const value = values[index ?? -1];
  assert(value !== undefined, 'a digit chooses one of the values');
  return value;
}

/** All combinations of digits, the last one changing fastest. */
export function* allDigits(dimensions: readonly Dimension[]): Generator<readonly number[]> {
  const [first, ...rest] = dimensions;
  if (first === undefined) {
    yield [];
    return;
  }
  for (let digit = 0; digit < first.values.length; digit += 1) {
    for (const digits of allDigits(rest)) yield [digit, ...digits];
  }
}

export function combinationCount(dimensions: readonly Dimension[]): number {
  return dimensions.reduce((product, { values }) => product * values.length, 1);
}
