import { largestInteger, type Encoding } from '../encoding/encoding';
import type { Rounding } from '../placement/rounding';
import type { TieFreeScope } from './group_scales';

/** Averages have even zero points (average.ts): an odd one moves towards the end that has more integers, and the scale grows so that this end stays in range. */
export function withEvenZeros(
  encodings: ReadonlyMap<string, Encoding>,
  roundings: readonly Rounding[],
  { groupOf, isFixed }: TieFreeScope,
): ReadonlyMap<string, Encoding> {
  const averages = new Set(
    roundings.flatMap(({ kind, output }) => (kind === 'average' ? [groupOf(output)] : [])),
  );
  const fixed = new Set([...encodings.keys()].filter(isFixed).map(groupOf));
  return new Map(
    [...encodings].map(([tensor, encoding]) => [
      tensor,
      averages.has(groupOf(tensor)) && !fixed.has(groupOf(tensor))
        ? withEvenZero(encoding)
        : encoding,
    ]),
  );
}

function withEvenZero(encoding: Encoding): Encoding {
  const { elementType, scale, zeroPoint } = encoding;
  if (zeroPoint % 2 === 0) return encoding;
  const above = largestInteger(elementType) - zeroPoint;
  const [moved, widening] =
    zeroPoint > above
      ? [zeroPoint - 1, zeroPoint / (zeroPoint - 1)]
      : [zeroPoint + 1, above / (above - 1)];
  return { elementType, scale: Math.fround(scale * widening), zeroPoint: moved };
}
