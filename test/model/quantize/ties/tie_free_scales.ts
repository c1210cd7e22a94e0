import fc from 'fast-check';
import { type Encoding } from '../../../../model/quantize/encoding/encoding';
import type { Rounding } from '../../../../model/quantize/placement/rounding';
import { tieFreeEncodings } from '../../../../model/quantize/ties/tie_free';
import { over, rational, type Rational } from './rational';

export const scales = fc
  .double({ min: -1, max: 0.3, noNaN: true })
  .map((exponent) => Math.fround(10 ** exponent * 0.01));

export function encodings(
  scaleOf: Readonly<Record<string, number>>,
): ReadonlyMap<string, Encoding> {
  return new Map(
    Object.entries(scaleOf).map(([tensor, scale]) => [
      tensor,
      { elementType: 'uint8', scale, zeroPoint: 100 },
    ]),
  );
}

export function tieFree(
  scaleOf: Readonly<Record<string, number>>,
  roundings: readonly Rounding[],
  fixed: readonly string[] = [],
): (tensor: string) => number {
  const found = tieFreeEncodings(encodings(scaleOf), roundings, {
    groupOf: (tensor) => tensor,
    isFixed: (tensor) => fixed.includes(tensor),
  });
  return (tensor) => found.get(tensor)!.scale;
}

/** The exact result in steps of the output. */
export function inSteps(value: Rational, outputScale: number): Rational {
  return over(value, rational(outputScale));
}
