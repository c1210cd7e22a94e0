import { quoted } from './aimet_encoding';
import { bitsWithin, checkedLengths, type NamedEncoding } from './entry';
import {
  elements,
  expected,
  has,
  member,
  positiveNumber,
  text,
  UnreadableEncodings,
  wholeNumber,
  type JsonField,
} from './json_field';

/** Version 2 speaks as ONNX's QuantizeLinear does: real = scale · (integer − zero point), signed or unsigned. */
export function entryOfVersion2(at: JsonField): NamedEncoding {
  const name = text(member(at, 'name'));
  const named = { path: `${at.path} (${quoted(name)})`, value: at.value };
  const type = text(member(named, 'output_dtype'));
  const integer = /^(u?)int(\d{1,2})$/.exec(type);
  if (integer === null) {
    if (!/^b?float\d/.test(type))
      throw expected(
        member(named, 'output_dtype'),
        'an integer type such as uint8 or a float type',
      );
    return [name, null, named];
  }
  if (has(named, 'block_size') || has(named, 'per_block_int_scale'))
    throw new UnreadableEncodings(
      `${named.path} is an encoding by blocks; expected one per tensor or per channel`,
    );
  const bits = bitsWithin({ path: `${named.path}.output_dtype`, value: Number(integer[2]) });
  const isSigned = integer[1] === '';
  const scales = listOrOne(member(named, 'y_scale')).map(positiveNumber);
  const shift = isSigned ? 2 ** (bits - 1) : 0;
  const zeroPoints = has(named, 'y_zero_point')
    ? listOrOne(member(named, 'y_zero_point')).map((zero) =>
        wholeNumber(zero, -shift, 2 ** bits - 1 - shift),
      )
    : scales.map(() => 0);
  const isSymmetric = isSigned && zeroPoints.every((zero) => zero === 0);
  const granularity = Array.isArray(member(named, 'y_scale').value) ? 'channel' : 'tensor';
  return [
    name,
    checkedLengths(
      {
        bits,
        isSymmetric,
        granularity,
        scales,
        offsets: zeroPoints.map((zero) => 0 - zero - shift),
      },
      named,
    ),
    named,
  ];
}

function listOrOne(field: JsonField): readonly JsonField[] {
  return Array.isArray(field.value) ? elements(field) : [field];
}
