import { fail, ok, type Result } from '../../../common/result';
import { quoted, type AimetEncoding, type AimetEncodings } from './aimet_encoding';
import {
  choice,
  elements,
  expected,
  finiteNumber,
  flag,
  has,
  member,
  members,
  positiveNumber,
  text,
  UnreadableEncodings,
  wholeFile,
  wholeNumber,
  type Field,
} from './json_field';

/** Thirty times what ResNet-50 takes with every channel's encoding spelled out. */
const largestEncodingsBytes = 128 * 2 ** 20;

/** AIMET knows 4 to 32, and 2 in version 2. */
const [fewestBits, mostBits] = [2, 32];

type Section = 'activations' | 'parameters';
/** Null stands for a tensor that stays floating point. */
type Entry = readonly [name: string, encoding: AimetEncoding | null, at: Field];

/**
 * Reads an AIMET encodings file of version 0.4.0 and older (which name none), 0.5.0, 0.6.1, 1.0.0 or 2.0.0. Whatever the
 * text, the answer is a checked value or one line that names the field. Encodings by blocks of channels are refused: the
 * operators here have none.
 */
export function readEncodings(json: string): Result<AimetEncodings, string> {
  if (json.length > largestEncodingsBytes)
    return fail(
      `the file has ${String(json.length)} characters; encodings above ${String(largestEncodingsBytes)} are refused`,
    );
  try {
    return ok(checked({ path: wholeFile, value: parse(json) }));
  } catch (error) {
    if (error instanceof UnreadableEncodings) return fail(error.message);
    throw error;
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    // V8 quotes a piece of the text, which may hold line breaks.
    throw new UnreadableEncodings(
      `not a JSON file: ${(error as Error).message.replaceAll(/\s+/g, ' ').slice(0, 160)}`,
    );
  }
}

function checked(file: Field): AimetEncodings {
  const version = has(file, 'version') ? text(member(file, 'version')) : '0.4.0';
  switch (version) {
    case '1.0.0':
      return collected(
        sections(file).map(({ section, field }) => ({
          section,
          entries: elements(field).map(entryOfVersion1),
        })),
      );
    case '2.0.0':
      // One list: which of them are parameters is for the graph to tell.
      return collected([
        {
          section: 'activations',
          entries: elements(member(file, 'encodings')).map(entryOfVersion2),
        },
      ]);
    case '0.6.1':
    case '0.5.0':
      return collected(
        sections(file).map(({ section, field }) => ({
          section,
          entries: members(field).map(([name, at]) => entryOfVersion0(name, at, version)),
        })),
      );
    default:
      // 0.4.0 is the first that names itself, and older ones have its form.
      if (/^0\.[0-4]\.\d+$/.test(version))
        return collected(
          sections(file).map(({ section, field }) => ({
            section,
            entries: members(field).map(([name, at]) => entryOfVersion0(name, at, '0.4.0')),
          })),
        );
      throw new UnreadableEncodings(
        `version is ${quoted(version)}; expected 0.4.0, 0.5.0, 0.6.1, 1.0.0 or 2.0.0`,
      );
  }
}

function sections(file: Field): readonly { readonly section: Section; readonly field: Field }[] {
  return [
    { section: 'activations', field: member(file, 'activation_encodings') },
    { section: 'parameters', field: member(file, 'param_encodings') },
  ];
}

function collected(
  all: readonly { readonly section: Section; readonly entries: readonly Entry[] }[],
): AimetEncodings {
  const found = {
    activations: new Map<string, AimetEncoding>(),
    parameters: new Map<string, AimetEncoding>(),
  };
  const floats = new Set<string>();
  for (const { section, entries } of all) {
    for (const [name, encoding, { path }] of entries) {
      if (found.activations.has(name) || found.parameters.has(name) || floats.has(name))
        throw new UnreadableEncodings(
          `${path} is the second encoding of ${quoted(name)}; expected one`,
        );
      if (encoding === null) floats.add(name);
      else found[section].set(name, encoding);
    }
  }
  return { ...found, floats: [...floats] };
}

function entryOfVersion0(name: string, at: Field, version: '0.4.0' | '0.5.0' | '0.6.1'): Entry {
  const channels = elements(at);
  const [first] = channels;
  if (first === undefined) throw expected(at, 'at least one encoding');
  if (version !== '0.4.0' && choice(member(first, 'dtype'), ['int', 'float']) === 'float')
    return [name, null, at];
  const bits = wholeNumber(member(first, 'bitwidth'), fewestBits, mostBits);
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
  channel: Field,
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
function symmetryOf(field: Field): boolean {
  return typeof field.value === 'boolean'
    ? field.value
    : choice(field, ['True', 'False']) === 'True';
}

/** Minus an unsigned zero point. */
function offsetWithin(field: Field, bits: number): number {
  return wholeNumber(field, 1 - 2 ** bits, 0);
}

function entryOfVersion1(at: Field): Entry {
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
  const bits = wholeNumber(member(named, 'bw'), fewestBits, mostBits);
  const isSymmetric = flag(member(named, 'is_sym'));
  const scales = elements(member(named, 'scale')).map(positiveNumber);
  const offsets = elements(member(named, 'offset')).map((offset) => offsetWithin(offset, bits));
  return [name, checkedLengths({ bits, isSymmetric, granularity, scales, offsets }, named), named];
}

function checkedLengths(encoding: AimetEncoding, at: Field): AimetEncoding {
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

/** Version 2 speaks as ONNX's QuantizeLinear does: real = scale · (integer − zero point), signed or unsigned. */
function entryOfVersion2(at: Field): Entry {
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
  const bits = wholeNumber(
    { path: `${named.path}.output_dtype`, value: Number(integer[2]) },
    fewestBits,
    mostBits,
  );
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

function listOrOne(field: Field): readonly Field[] {
  return Array.isArray(field.value) ? elements(field) : [field];
}
