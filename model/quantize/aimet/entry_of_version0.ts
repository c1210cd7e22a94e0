import { bitsWithin, offsetWithin, type NamedEncoding } from './entry';
import {
  choice,
  elements,
  expected,
  finiteNumber,
  member,
  positiveNumber,
  type JsonField,
} from './json_field';

export function entryOfVersion0(
  name: string,
  at: JsonField,
  version: '0.4.0' | '0.5.0' | '0.6.1',
): NamedEncoding {
  const channels = elements(at);
  const [first] = channels;
  if (first === undefined) throw expected(at, 'at least one encoding');
  if (version !== '0.4.0' && choice(member(first, 'dtype'), ['int', 'float']) === 'float')
    return [name, null, at];
  const bits = bitsWithin(member(first, 'bitwidth'));
  const isSymmetric = symmetryOf(member(first, 'is_symmetric'));
  const encodings = channels.map((channel) => {
    if (member(channel, 'bitwidth').value !== bits)
      throw expected(member(channel, 'bitwidth'), `${String(bits)} as in the first channel`);
    if (symmetryOf(member(channel, 'is_symmetric')) !== isSymmetric)
      throw expected(member(channel, 'is_symmetric'), 'what the first channel has');
    const scale = positiveNumber(member(channel, 'scale'));
    return { scale, offset: offsetOfVersion0(channel, { scale, bits, version }) };
  });
  const granularity = encodings.length === 1 ? 'tensor' : 'channel';
  return [
    name,
    {
      bits,
      isSymmetric,
      granularity,
      scales: encodings.map(({ scale }) => scale),
      offsets: encodings.map(({ offset }) => offset),
    },
    at,
  ];
}

/** Some writers of the oldest versions give the offset a positive sign, but all agree on the minimum. */
function offsetOfVersion0(
  channel: JsonField,
  {
    scale,
    bits,
    version,
  }: { readonly scale: number; readonly bits: number; readonly version: string },
): number {
  if (version === '0.6.1') return offsetWithin(member(channel, 'offset'), bits);
  const minimum = member(channel, 'min');
  const offset = Math.round(finiteNumber(minimum) / scale) + 0;
  if (offset > 0 || offset <= -(2 ** bits))
    throw expected(minimum, `a range of ${String(bits)} bits that holds zero`);
  return offset;
}

/** Strings in AIMET's files, and booleans in those that people write. */
function symmetryOf(field: JsonField): boolean {
  return typeof field.value === 'boolean'
    ? field.value
    : choice(field, ['True', 'False']) === 'True';
}
