import fc from 'fast-check';
import {
  writtenVersions,
  type AimetEncodings,
} from '../../../../model/quantize/aimet/aimet_encoding';
import { readEncodings } from '../../../../model/quantize/aimet/read';
import { writeEncodings } from '../../../../model/quantize/aimet/write';
import { channel1, example, entry0, entry1 } from './file_entries';

function read(file: unknown): AimetEncodings {
  const result = readEncodings(typeof file === 'string' ? file : JSON.stringify(file));
  if (!result.ok) throw new Error(result.error);
  return result.value;
}
const channel0 = (scale: number): object => ({
  bitwidth: 8,
  dtype: 'int',
  is_symmetric: 'True',
  max: scale * 127,
  min: scale * -128,
  offset: -128,
  scale,
});
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
