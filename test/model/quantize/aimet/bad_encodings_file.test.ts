import fc from 'fast-check';
import { readEncodings } from '../../../../model/quantize/aimet/read';
import { writeEncodings } from '../../../../model/quantize/aimet/write';
import { channel1, example, entry0, entry1 } from './file_entries';

function errorOf(file: unknown): string {
  const result = readEncodings(typeof file === 'string' ? file : JSON.stringify(file));
  return result.ok ? 'read without an error' : result.error;
}
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
