import { quoted } from './aimet_encoding';
import { bitsWithin, checkedLengths, offsetWithin, type NamedEncoding } from './entry';
import {
  choice,
  elements,
  flag,
  has,
  member,
  positiveNumber,
  text,
  UnreadableEncodings,
  type JsonField,
} from './json_field';

export function entryOfVersion1(at: JsonField): NamedEncoding {
  const name = text(member(at, 'name'));
  const named = { path: `${at.path} (${quoted(name)})`, value: at.value };
  if (choice(member(named, 'dtype'), ['INT', 'FLOAT']) === 'FLOAT') return [name, null, named];
  const granularity =
    choice(member(named, 'enc_type'), ['PER_TENSOR', 'PER_CHANNEL']) === 'PER_TENSOR'
      ? 'tensor'
      : 'channel';
  if (has(named, 'zero_point_shift'))
    throw new UnreadableEncodings(
      `${named.path}.zero_point_shift is given; expected encodings without one`,
    );
  const bits = bitsWithin(member(named, 'bw'));
  const isSymmetric = flag(member(named, 'is_sym'));
  const scales = elements(member(named, 'scale')).map(positiveNumber);
  const offsets = elements(member(named, 'offset')).map((offset) => offsetWithin(offset, bits));
  return [name, checkedLengths({ bits, isSymmetric, granularity, scales, offsets }, named), named];
}
