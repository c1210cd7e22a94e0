import fc from 'fast-check';
import {
  writtenVersions,
  type AimetEncoding,
  type AimetEncodings,
} from '../../../../model/quantize/aimet/aimet_encoding';
import { readEncodings } from '../../../../model/quantize/aimet/read';
import { writeEncodings } from '../../../../model/quantize/aimet/write';

/** As in AIMET's specification of the format. */
const perTensor: AimetEncoding = {
  bits: 8,
  isSymmetric: false,
  granularity: 'tensor',
  scales: [0.0185],
  offsets: [-114],
};
const perChannel: AimetEncoding = {
  bits: 8,
  isSymmetric: true,
  granularity: 'channel',
  scales: [0.0005, 0.0004],
  offsets: [-128, -128],
};
const example: AimetEncodings = {
  activations: new Map([['20', perTensor]]),
  parameters: new Map([['conv2.weight', perChannel]]),
  floats: [],
};

function read(file: unknown): AimetEncodings {
  const result = readEncodings(typeof file === 'string' ? file : JSON.stringify(file));
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

function errorOf(file: unknown): string {
  const result = readEncodings(typeof file === 'string' ? file : JSON.stringify(file));
  return result.ok ? 'read without an error' : result.error;
}

const entry0 = {
  bitwidth: 8,
  dtype: 'int',
  is_symmetric: 'False',
  max: 2.6085,
  min: -2.109,
  offset: -114,
  scale: 0.0185,
};
const channel0 = (scale: number): object => ({
  bitwidth: 8,
  dtype: 'int',
  is_symmetric: 'True',
  max: scale * 127,
  min: scale * -128,
  offset: -128,
  scale,
});
const entry1 = {
  name: '20',
  enc_type: 'PER_TENSOR',
  dtype: 'INT',
  bw: 8,
  is_sym: false,
  scale: [0.0185],
  offset: [-114],
};
const channel1 = {
  name: 'conv2.weight',
  enc_type: 'PER_CHANNEL',
  dtype: 'INT',
  bw: 8,
  is_sym: true,
  scale: [0.0005, 0.0004],
  offset: [-128, -128],
};
const quantizerArguments = {
  activation_bitwidth: 8,
  param_bitwidth: 8,
  dtype: 'int',
  is_symmetric: true,
  per_channel_quantization: true,
  quant_scheme: 'post_training_tf_enhanced',
};

describe('an encodings file', () => {
  test('of version 1.0.0 is written as the specification has it', () => {
    expect(
      JSON.parse(
        writeEncodings(example, { version: '1.0.0', scheme: 'post_training_tf_enhanced' }),
      ),
    ).toEqual({
      version: '1.0.0',
      activation_encodings: [entry1],
      param_encodings: [channel1],
      quantizer_args: quantizerArguments,
      excluded_layers: [],
    });
  });

  test('of version 0.6.1 lists an object for each channel, with its range', () => {
    const file = JSON.parse(
      writeEncodings(example, { version: '0.6.1', scheme: 'post_training_tf_enhanced' }),
    ) as Record<string, Record<string, readonly Record<string, unknown>[]>>;
    expect(file['quantizer_args']).toEqual(quantizerArguments);
    expect(file['activation_encodings']!['20']).toEqual([
      {
        ...entry0,
        min: expect.closeTo(-2.109, 12) as number,
        max: expect.closeTo(2.6085, 12) as number,
      },
    ]);
    expect(file['param_encodings']!['conv2.weight']).toEqual([channel0(0.0005), channel0(0.0004)]);
  });

  test.each([
    [
      '0.4.0, which older files do not name',
      {
        activation_encodings: { 20: [entry0] },
        param_encodings: { 'conv2.weight': [channel0(0.0005), channel0(0.0004)] },
      },
    ],
    [
      '0.4.0 with the positive offsets of old writers',
      {
        version: '0.4.0',
        activation_encodings: { 20: [{ ...entry0, offset: 114 }] },
        param_encodings: { 'conv2.weight': [channel0(0.0005), channel0(0.0004)] },
      },
    ],
    [
      '0.5.0',
      {
        version: '0.5.0',
        activation_encodings: { 20: [entry0] },
        param_encodings: { 'conv2.weight': [channel0(0.0005), channel0(0.0004)] },
      },
    ],
    [
      '0.6.1',
      {
        version: '0.6.1',
        activation_encodings: { 20: [entry0] },
        param_encodings: { 'conv2.weight': [channel0(0.0005), channel0(0.0004)] },
      },
    ],
    [
      '1.0.0, whose exporter writes whole numbers as -128.0',
      JSON.stringify({
        version: '1.0.0',
        activation_encodings: [entry1],
        param_encodings: [channel1],
      }).replaceAll('-128', '-128.0'),
    ],
  ])('of version %s is read', (_, file) => {
    expect(read(file)).toEqual(example);
  });

  test('of version 2.0.0 is read in the terms of QuantizeLinear', () => {
    const encodings = [
      { name: 'a', output_dtype: 'uint8', y_scale: 0.5, y_zero_point: 100 },
      { name: 'b', output_dtype: 'int8', y_scale: 0.5, y_zero_point: -28 },
      { name: 'w', output_dtype: 'int8', y_scale: [0.1, 0.2], axis: 0 },
      { name: 'h', output_dtype: 'uint16', y_scale: 0.001 },
      { name: 'f', output_dtype: 'float8e4m3fn', y_scale: 0.1 },
    ];
    const { activations, parameters, floats } = read({ version: '2.0.0', encodings });
    expect(parameters.size).toBe(0);
    expect(floats).toEqual(['f']);
    expect([...activations]).toEqual([
      ['a', { bits: 8, isSymmetric: false, granularity: 'tensor', scales: [0.5], offsets: [-100] }],
      ['b', { bits: 8, isSymmetric: false, granularity: 'tensor', scales: [0.5], offsets: [-100] }],
      [
        'w',
        {
          bits: 8,
          isSymmetric: true,
          granularity: 'channel',
          scales: [0.1, 0.2],
          offsets: [-128, -128],
        },
      ],
      ['h', { bits: 16, isSymmetric: false, granularity: 'tensor', scales: [0.001], offsets: [0] }],
    ]);
  });

  test('names the tensors that stay floating point', () => {
    expect(
      read({
        version: '0.6.1',
        activation_encodings: { x: [{ bitwidth: 16, dtype: 'float' }] },
        param_encodings: {},
      }).floats,
    ).toEqual(['x']);
    expect(
      read({
        version: '1.0.0',
        activation_encodings: [{ name: 'x', enc_type: 'PER_TENSOR', dtype: 'FLOAT', bw: 16 }],
        param_encodings: [],
      }).floats,
    ).toEqual(['x']);
  });

  const scale = fc.double({ min: 1e-30, max: 1e30, noNaN: true });
  const encoding = fc
    .record({
      bits: fc.constantFrom(4, 8, 16),
      isSymmetric: fc.boolean(),
      channels: fc.integer({ min: 1, max: 5 }),
    })
    .chain(({ bits, isSymmetric, channels }) =>
      fc.record({
        bits: fc.constant(bits),
        isSymmetric: fc.constant(isSymmetric),
        granularity: fc.constant(channels === 1 ? ('tensor' as const) : ('channel' as const)),
        scales: fc.array(scale, { minLength: channels, maxLength: channels }),
        offsets: fc.array(fc.integer({ min: 1 - 2 ** bits, max: 0 }), {
          minLength: channels,
          maxLength: channels,
        }),
      }),
    );
  const named = fc.tuple(
    fc.string(),
    fc.constantFrom('activation', 'parameter', 'float'),
    encoding,
  );
  const files = fc
    .uniqueArray(named, { selector: ([name]) => name, maxLength: 8 })
    .map((entries): AimetEncodings => ({
      activations: new Map(
        entries.filter(([, role]) => role === 'activation').map(([name, , each]) => [name, each]),
      ),
      parameters: new Map(
        entries.filter(([, role]) => role === 'parameter').map(([name, , each]) => [name, each]),
      ),
      floats: entries.filter(([, role]) => role === 'float').map(([name]) => name),
    }));

  test.each(writtenVersions)(
    'of version %s reads as it was written, whatever the names',
    (version) => {
      fc.assert(
        fc.property(files, (encodings) => {
          const back = read(writeEncodings(encodings, { version, scheme: 'post_training_tf' }));
          expect({ ...back, floats: new Set(back.floats) }).toEqual({
            ...encodings,
            floats: new Set(encodings.floats),
          });
        }),
      );
    },
  );
});

describe('a bad encodings file', () => {
  const file0 = (entry: unknown): object => ({
    version: '0.6.1',
    activation_encodings: { x: [entry] },
    param_encodings: {},
  });
  const file1 = (entry: unknown): object => ({
    version: '1.0.0',
    activation_encodings: [],
    param_encodings: [entry],
  });
  const file2 = (entry: unknown): object => ({ version: '2.0.0', encodings: [entry] });

  test.each([
    ['', 'not a JSON file: Unexpected end of JSON input'],
    [
      '{"version": "1.0.0", "activation_encodings": [NaN]}',
      /^not a JSON file: Unexpected token 'N'/,
    ],
    [[], 'the file is an empty list; expected an object'],
    ['null', 'the file is null; expected an object'],
    [{ version: 1 }, 'version is 1; expected a string'],
    [{ version: '3.0.0' }, "version is '3.0.0'; expected 0.4.0, 0.5.0, 0.6.1, 1.0.0 or 2.0.0"],
    [
      { version: '1.0.0', activation_encodings: {} },
      'activation_encodings is an object; expected a list',
    ],
    [{ version: '1.0.0', activation_encodings: [] }, 'param_encodings is missing; expected a list'],
    [
      { version: '0.6.1', activation_encodings: [], param_encodings: {} },
      'activation_encodings is an empty list; expected an object',
    ],
    [
      file0({ ...entry0, scale: 0 }),
      "activation_encodings['x'][0].scale is 0; expected a positive number",
    ],
    [
      file0({ ...entry0, scale: '0.1' }),
      "activation_encodings['x'][0].scale is '0.1'; expected a positive number",
    ],
    [
      file0({ ...entry0, offset: 12 }),
      "activation_encodings['x'][0].offset is 12; expected a whole number from -255 to 0",
    ],
    [
      file0({ ...entry0, is_symmetric: 'maybe' }),
      "activation_encodings['x'][0].is_symmetric is 'maybe'; expected True or False",
    ],
    [
      file0({ ...entry0, bitwidth: 64 }),
      "activation_encodings['x'][0].bitwidth is 64; expected a whole number from 2 to 32",
    ],
    [
      file0({ bitwidth: 8 }),
      "activation_encodings['x'][0].dtype is missing; expected int or float",
    ],
    [
      { version: '0.6.1', activation_encodings: { x: [] }, param_encodings: {} },
      "activation_encodings['x'] is an empty list; expected at least one encoding",
    ],
    [
      {
        version: '0.6.1',
        activation_encodings: {},
        param_encodings: { w: [entry0, { ...entry0, bitwidth: 4 }] },
      },
      "param_encodings['w'][1].bitwidth is 4; expected 8 as in the first channel",
    ],
    [
      { activation_encodings: { x: [{ ...entry0, min: 1 }] }, param_encodings: {} },
      "activation_encodings['x'][0].min is 1; expected a range of 8 bits that holds zero",
    ],
    [file1('w'), "param_encodings[0] is 'w'; expected an object"],
    [file1({ ...channel1, name: 7 }), 'param_encodings[0].name is 7; expected a string'],
    [
      file1({ ...channel1, scale: [0.1] }),
      "param_encodings[0] ('conv2.weight') has 1 scales and 2 offsets; expected equally many",
    ],
    [
      file1({ ...channel1, scale: [], offset: [] }),
      "param_encodings[0] ('conv2.weight') has 0 scales; expected one per channel",
    ],
    [
      file1({ ...channel1, enc_type: 'PER_TENSOR' }),
      "param_encodings[0] ('conv2.weight') has 2 scales; expected one",
    ],
    [
      file1({ ...channel1, enc_type: 'LPBQ' }),
      "param_encodings[0] ('conv2.weight').enc_type is 'LPBQ'; expected PER_TENSOR or PER_CHANNEL",
    ],
    [
      file1({ ...channel1, scale: [0.1, null] }),
      "param_encodings[0] ('conv2.weight').scale[1] is null; expected a positive number",
    ],
    [
      file1({ ...channel1, is_sym: 'True' }),
      "param_encodings[0] ('conv2.weight').is_sym is 'True'; expected true or false",
    ],
    [
      file1({ ...channel1, offset: [-128, -1.5] }),
      "param_encodings[0] ('conv2.weight').offset[1] is -1.5; expected a whole number from -255 to 0",
    ],
    [
      file1({ ...channel1, zero_point_shift: [0.5] }),
      "param_encodings[0] ('conv2.weight').zero_point_shift is given; expected encodings without one",
    ],
    [
      { version: '1.0.0', activation_encodings: [entry1], param_encodings: [{ ...entry1 }] },
      "param_encodings[0] ('20') is the second encoding of '20'; expected one",
    ],
    [
      file2({ name: 'x', output_dtype: 'uint8', y_scale: [[0.1]] }),
      "encodings[0] ('x').y_scale[0] is a list; expected a positive number",
    ],
    [
      file2({ name: 'x', output_dtype: 'int4', y_scale: [0.1], axis: 0, block_size: 16 }),
      "encodings[0] ('x') is an encoding by blocks; expected one per tensor or per channel",
    ],
    [
      file2({ name: 'x', output_dtype: 'uint8', y_scale: 0.1, y_zero_point: 256 }),
      "encodings[0] ('x').y_zero_point is 256; expected a whole number from 0 to 255",
    ],
    [
      file2({ name: 'x', output_dtype: 'wide', y_scale: 0.1 }),
      "encodings[0] ('x').output_dtype is 'wide'; expected an integer type such as uint8 or a float type",
    ],
  ])('%j is refused with one line that names the field', (file, message) => {
    if (typeof message === 'string') expect(errorOf(file)).toContain(message);
    else expect(errorOf(file)).toMatch(message);
  });

  test('is refused with one short line, whatever it holds', () => {
    const good = [
      writeEncodings(example, { version: '0.6.1', scheme: 'post_training_tf' }),
      writeEncodings(example, { version: '1.0.0', scheme: 'post_training_tf' }),
    ];
    const damaged = fc
      .tuple(fc.constantFrom(...good), fc.nat(600), fc.nat(20), fc.string())
      .map(
        ([text, at, length, replacement]) =>
          text.slice(0, at) + replacement + text.slice(at + length),
      );
    const swapped = fc
      .tuple(fc.constantFrom(...good), fc.jsonValue(), fc.nat(40))
      .map(([text, value, index]) => {
        let seen = 0;
        return JSON.stringify(
          JSON.parse(text, (_, old: unknown) => ((seen += 1) === index ? value : old)),
        );
      });
    fc.assert(
      fc.property(fc.oneof(damaged, swapped, fc.json(), fc.string()), (text) => {
        const result = readEncodings(text);
        if (!result.ok) expect(result.error).toMatch(/^[^\n\r]{1,500}$/);
      }),
      { numRuns: 1500 },
    );
  });

  test('of deep nesting is refused, not followed', () => {
    expect(
      errorOf(
        `{"version":"1.0.0","activation_encodings":${'['.repeat(100_000)}${']'.repeat(100_000)},"param_encodings":[]}`,
      ),
    ).toBe('activation_encodings[0] is a list; expected an object');
  });
});
