/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { buildCandidate } from '../../../model/build';
import { inspectModel } from '../../../model/inspect/inspect';
import { BadInputError } from '../../../common/bad_input';
import { parseCell } from '../../../model/nasbench201/cell';
import { cifarShape, createNetwork } from '../../../model/nasbench201/network';
import { writeOnnx } from '../../../model/onnx/write';
import { foldBatchNorm } from '../../../model/canonical/passes/fold_batch_norm';
import { smallClassifier } from '../tflite/small_classifier';
import { writeFixture } from '../tflite/tflite_file';

const spec = {
  space: 'nasbench201',
  architecture: '210413',
  seed: 1,
  calibration: { kind: 'generated', seed: 1, samples: 1 },
} as const;

function errorOf(bytes: Uint8Array): string {
  const result = inspectModel(bytes);
  return result.ok ? 'it was accepted' : result.error;
}

describe('a candidate', () => {
  test('is built as an int8 file that passes inspection with the operations of its network', async () => {
    const { int8, summary } = await buildCandidate(spec);
    expect(inspectModel(int8)).toEqual({ ok: true, value: summary });
    expect(summary).toMatchObject({
      format: 'onnx',
      precision: 'int8',
      inputs: [{ name: 'image', elementType: 'float32', shape: [1, 3, 32, 32] }],
      outputs: [{ name: 'logits', elementType: 'float32', shape: [1, 10] }],
    });
    const network = foldBatchNorm(
      createNetwork(parseCell(spec.architecture), spec.seed, cifarShape),
    );
    expect(inspectModel(writeOnnx(network))).toMatchObject({
      ok: true,
      value: { precision: 'float32', cost: { macs: summary.cost.macs } },
    });
    const computing = summary.cost.operators.filter((operator) => operator.macs > 0);
    expect(computing.every((operator) => operator.quantized)).toBe(true);
  });

  test('has equal bytes for an equal spec, and other weights for another seed', async () => {
    const bytes = async (seed: number): Promise<Buffer> =>
      Buffer.from((await buildCandidate({ ...spec, seed })).int8);
    const first = await bytes(1);
    expect(first.equals(await bytes(1))).toBe(true);
    expect(first.equals(await bytes(2))).toBe(false);
  });

  test("that the space does not hold is the user's error", async () => {
    await expect(buildCandidate({ ...spec, architecture: '|conv~0|' })).rejects.toThrow(
      BadInputError,
    );
  });
});

describe('inspection', () => {
  test('knows a TFLite file by its content', () => {
    expect(inspectModel(writeFixture(smallClassifier()))).toMatchObject({
      ok: true,
      value: {
        format: 'tflite',
        precision: 'int8',
        inputs: [{ name: 'image', elementType: 'int8', shape: [1, 8, 8, 3] }],
        outputs: [{ name: 'scores' }],
      },
    });
  });

  test('refuses what is no model', () => {
    expect(errorOf(new Uint8Array(0))).toContain('empty');
    expect(errorOf(Buffer.from('#!/bin/sh\necho hello\n'))).toContain('not a usable ONNX file');
  });

  test('refuses a dynamic dimension, in ONNX and in TFLite', () => {
    const network = createNetwork(parseCell('000300'), 1, {
      cellsPerStage: 1,
      stageChannels: [2, 4],
      imageSize: 8,
      classes: 3,
    });
    const withImage = (shape: readonly (number | string)[] | null): Uint8Array =>
      writeOnnx({ ...network, inputs: [{ name: 'image', elementType: 'float32', shape }] });
    expect(errorOf(withImage(['batch', 3, 8, 8]))).toBe(
      "input 'image' has a dynamic dimension 'batch'; fix it, e.g. 1x3x224x224",
    );
    expect(errorOf(withImage(null))).toBe(
      "input 'image' has no shape; export the model with one, e.g. 1x3x224x224",
    );
    const classifier = smallClassifier();
    const [image, ...others] = classifier.tensors;
    expect(
      errorOf(
        writeFixture({
          ...classifier,
          tensors: [{ ...image!, shapeSignature: [-1, 8, 8, 3] }, ...others],
        }),
      ),
    ).toContain("input 'image' has a dynamic dimension 0");
  });

  test('refuses a precision that no target has', () => {
    const classifier = smallClassifier();
    const mixed = classifier.tensors.map((tensor) =>
      tensor.name === 'dense' ? { ...tensor, type: 0 } : tensor,
    );
    expect(errorOf(writeFixture({ ...classifier, tensors: mixed }))).toContain(
      'activations float32, int8',
    );
  });
});
