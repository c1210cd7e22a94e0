import fc from 'fast-check';
import { createRandom } from '../../../../common/random';
import { inspectModel } from '../../../../model/inspect/inspect';
import { operatorName } from '../../../../model/tflite/file/builtin_operators';
import { readTflite } from '../../../../model/tflite/file/read';
import { smallClassifier } from '../small_classifier';
import { writeFixture, type FixtureModel } from '../tflite_file';

const file = writeFixture(smallClassifier());

function errorOf(model: FixtureModel): string {
  const result = readTflite(writeFixture(model));
  return result.ok ? 'it was read' : result.error;
}

describe('a TFLite file', () => {
  test('is read: operators, tensors, constants', () => {
    const read = readTflite(file);
    if (!read.ok) throw new Error(read.error);
    expect(read.value.operators.map((operator) => operator.kind)).toEqual([
      'CONV_2D',
      'DEPTHWISE_CONV_2D',
      'ADD',
      'AVERAGE_POOL_2D',
      'FULLY_CONNECTED',
      'SOFTMAX',
    ]);
    expect(read.value.operators[0]).toEqual({ kind: 'CONV_2D', inputs: [0, 1, 2], outputs: [3] });
    expect(read.value.tensors[1]).toEqual({
      name: 'conv.weight',
      elementType: 'int8',
      shape: [4, 3, 3, 3],
      shapeSignature: [],
      constant: true,
    });
    expect(read.value.tensors[3]).toMatchObject({
      elementType: 'int8',
      shape: [1, 4, 4, 4],
      constant: false,
    });
    expect([read.value.inputs, read.value.outputs]).toEqual([[0], [12]]);
  });

  test('names operators by the schema, newer and custom ones too', () => {
    expect(
      [0, 9, 22, 40, 51, 97, 114, 117, 126, 127, 128, 150, 161].map((code) =>
        operatorName(code, ''),
      ),
    ).toEqual([
      'ADD',
      'FULLY_CONNECTED',
      'RESHAPE',
      'MEAN',
      'DELEGATE',
      'RESIZE_NEAREST_NEIGHBOR',
      'QUANTIZE',
      'HARD_SWISH',
      'BATCH_MATMUL',
      'PLACEHOLDER_FOR_GREATER_OP_CODES',
      'CUMSUM',
      'GELU',
      'RIGHT_SHIFT',
    ]);
    expect(operatorName(32, 'TFLite_Detection_PostProcess')).toBe(
      'CUSTOM:TFLite_Detection_PostProcess',
    );
    expect(operatorName(9_999, '')).toBe('BUILTIN_9999');
    const model = smallClassifier();
    const gelu = readTflite(
      writeFixture({
        ...model,
        operators: model.operators.map((operator) =>
          operator.code === 25 ? { ...operator, code: 150 } : operator,
        ),
      }),
    );
    expect(gelu.ok && gelu.value.operators[5]!.kind).toBe('GELU');
  });

  test('whose operators do not connect is refused', () => {
    const model = smallClassifier();
    expect(errorOf({ ...model, operators: model.operators.slice(1) })).toContain(
      'operator 0 (DEPTHWISE_CONV_2D) reads tensor 3, which nothing before it makes',
    );
    expect(errorOf({ ...model, outputs: [99] })).toContain('an input or output is no tensor');
    expect(errorOf({ ...model, outputs: [] })).toContain('no outputs');
    expect(errorOf({ ...model, operators: model.operators.slice(0, 3) })).toContain(
      'output tensor 12 is made by no operator',
    );
  });

  test('truncated anywhere is read or refused, never worse', () => {
    for (let length = 0; length < file.length; length += 3)
      expect(typeof inspectModel(file.subarray(0, length)).ok).toBe('boolean');
    expect(readTflite(file.subarray(0, 64)).ok).toBe(false);
  });

  test('with random bytes changed is read or refused in one line', () => {
    const random = createRandom('tflite fuzz');
    let refused = 0;
    for (let round = 0; round < 5_000; round += 1) {
      const bytes = Uint8Array.from(file);
      for (let change = 0; change <= random.below(6); change += 1)
        bytes[8 + random.below(bytes.length - 8)] = random.below(256);
      const result = inspectModel(bytes);
      if (result.ok) continue;
      refused += 1;
      expect(result.error).not.toMatch(/[\n\r]/);
    }
    expect(refused).toBeGreaterThan(500);
  });

  test('of random bytes behind the identifier is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 200 }), (bytes) => {
        expect(
          readTflite(Buffer.concat([bytes.subarray(0, 4), Buffer.from('TFL3'), bytes.subarray(4)]))
            .ok,
        ).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
