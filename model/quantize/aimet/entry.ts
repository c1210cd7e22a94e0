import type { AimetEncoding } from './aimet_encoding';
import { UnreadableEncodings, wholeNumber, type JsonField } from './json_field';

/** AIMET knows 4 to 32, and 2 in version 2. */
const [fewestBits, mostBits] = [2, 32];

/** Null stands for a tensor that stays floating point. */
export type NamedEncoding = readonly [name: string, encoding: AimetEncoding | null, at: JsonField];

export function bitsWithin(field: JsonField): number {
  return wholeNumber(field, fewestBits, mostBits);
}

/** Minus an unsigned zero point. */
export function offsetWithin(field: JsonField, bits: number): number {
  return wholeNumber(field, 1 - 2 ** bits, 0);
}

export function checkedLengths(encoding: AimetEncoding, at: JsonField): AimetEncoding {
  const { granularity, scales, offsets } = encoding;
  if (scales.length === 0 || (granularity === 'tensor' && scales.length !== 1))
    throw new UnreadableEncodings(
      `${at.path} has ${String(scales.length)} scales; expected ${granularity === 'tensor' ? 'one' : 'one per channel'}`,
    );
  if (offsets.length !== scales.length)
    throw new UnreadableEncodings(
      `${at.path} has ${String(scales.length)} scales and ${String(offsets.length)} offsets; expected equally many`,
    );
  return encoding;
}
