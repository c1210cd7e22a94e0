/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { BadInputError } from '../../../common/bad_input';
import type { Graph } from '../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor } from '../../../model/onnx/graph_builder';
import { writeOnnx } from '../../../model/onnx/write';
import { npyFile } from '../../model/calibration/npy_file';
import { bytesField, intField, modelWith, textField } from '../../model/onnx/wire';
import { inFolder, normals, smallNetwork, at, quantize } from './quantize_command';

/** The output of an If that nobody could decide here. */
const branch = bytesField(
  1,
  textField(1, 'x'),
  textField(2, 'z'),
  textField(3, 'choice'),
  textField(4, 'If'),
  bytesField(5, textField(1, 'then_branch'), bytesField(6), intField(20, 5)),
);
/** Its call leaves out the attribute `where`, for which the definition has 1 (attribute_proto, field 11). */
const functionWithDefault = Buffer.concat([
  modelWith(
    bytesField(1, textField(1, 'y'), textField(2, 'z'), textField(4, 'Flat'), textField(7, 'pkg')),
  ),
  bytesField(
    25,
    textField(1, 'Flat'),
    textField(4, 'a'),
    textField(5, 'b'),
    textField(10, 'pkg'),
    bytesField(11, textField(1, 'where'), intField(3, 1), intField(20, 2)),
    bytesField(
      7,
      textField(1, 'a'),
      textField(2, 'b'),
      textField(4, 'Flatten'),
      bytesField(5, textField(1, 'axis'), textField(21, 'where'), intField(20, 2)),
    ),
  ),
]);
function productOfThree(): Graph {
  const builder = createGraphBuilder('product');
  const operands = [
    builder.input('image', [1, 3, 8, 8]),
    ...['a', 'b'].map((name) => builder.constant(name, float32Tensor([8, 8], normals(64)))),
  ];
  const product = builder.node('product', 'Einsum', operands, {
    equation: { kind: 'string', value: 'nchw,wk,kl->nchl' },
  });
  return builder.finish([{ name: product, elementType: 'float32', shape: [1, 3, 8, 8] }]);
}
const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
);
const wideEncodings = {
  version: '1.0.0',
  param_encodings: [],
  activation_encodings: [
    {
      name: 'relu',
      dtype: 'INT',
      enc_type: 'PER_TENSOR',
      bw: 16,
      is_sym: false,
      scale: [0.5],
      offset: [0],
    },
  ],
};
inFolder();
describe('farm quantize of bad input', () => {
  test.each<readonly [string, () => readonly string[], string]>([
    ['a missing model', () => [], 'model.onnx: cannot be read (ENOENT)'],
    [
      'NaN in a sample',
      () => (
        writeFileSync(
          at('samples.npy'),
          npyFile(new Float32Array(192).fill(NaN), { descr: '<f4', shape: [1, 3, 8, 8] }),
        ),
        []
      ),
      'calibration sample 1: value 1 is NaN, not finite',
    ],
    [
      'NaN in a weight',
      () => (
        writeFileSync(
          at('model.onnx'),
          writeOnnx(smallNetwork({ weights: (count) => new Float32Array(count).fill(NaN) })),
        ),
        []
      ),
      'has values that are not finite',
    ],
    [
      'a quantized model',
      () => (writeFileSync(at('model.onnx'), readFileSync(at('out/small.onnx'))), []),
      'the network is already quantized; give the float network',
    ],
    [
      'an unsupported operator',
      () => (writeFileSync(at('model.onnx'), writeOnnx(smallNetwork({ kind: 'Det' }))), []),
      "node 'relu': operator 'Det' is not supported; 1 of the network's 2 layers stand behind it: replace it in the network, or take the part before it: onnx.utils.extract_model(IN, OUT, ['image'], ['first'])",
    ],
    [
      'control flow',
      () => (writeFileSync(at('model.onnx'), modelWith(branch)), []),
      "node 'choice': operator 'If' is control flow, which is not supported; export the network with its branch taken, or let python -m onnxsim IN OUT take it where the condition is constant, or cut the network before it",
    ],
    [
      'an Einsum of three',
      () => (writeFileSync(at('model.onnx'), writeOnnx(productOfThree())), []),
      "node 'product': operator 'Einsum' is not supported; only a product of two operands is; write it as MatMul, Transpose and ReduceSum",
    ],
    [
      'a function with a default',
      () => (writeFileSync(at('model.onnx'), functionWithDefault), []),
      "function 'Flat' is called without its attribute 'where', whose default value is not read; inline the functions (onnx.inliner.inline_local_functions)",
    ],
    [
      'samples of another size',
      () => (
        writeFileSync(
          at('samples.npy'),
          npyFile(new Float32Array(3 * 49), { descr: '<f4', shape: [1, 3, 7, 7] }),
        ),
        []
      ),
      "samples.npy: has shape 1x3x7x7; expected 1x3x8x8 (input 'image')",
    ],
    [
      'an image too small',
      () => (writeFileSync(at('dot.png'), onePixel), ['--calibration', at('dot.png')]),
      'has 1x1 pixels; expected an image of at least',
    ],
    [
      'an empty folder',
      () => (mkdirSync(at('empty')), ['--calibration', at('empty')]),
      'the folder has no files',
    ],
    [
      'another output name',
      () => ['-o', at('out/small.bin')],
      'expected a name that ends in .onnx',
    ],
    [
      'a folder that is not there',
      () => ['-o', at('nowhere/small.onnx')],
      'cannot be written (ENOENT); choose another with -o FILE',
    ],
    [
      'a float target',
      () => ['--target', 'sm8550/tflite/gpu/float16'],
      'runs float16; expected int8 or w8a16',
    ],
    [
      'encodings that are none',
      () => (writeFileSync(at('bad.encodings'), '{'), ['--encodings', at('bad.encodings')]),
      'bad.encodings: not a JSON file',
    ],
    [
      'encodings that do not fit',
      () => (
        writeFileSync(at('wide.encodings'), JSON.stringify(wideEncodings)),
        ['--encodings', at('wide.encodings')]
      ),
      "wide.encodings: tensor 'relu': the encoding has 16 bits",
    ],
    [
      'a dynamic shape',
      () => (
        writeFileSync(
          at('model.onnx'),
          writeOnnx({
            ...smallNetwork(),
            inputs: [{ name: 'image', elementType: 'float32', shape: ['batch', 3, 8, 8] }],
          }),
        ),
        []
      ),
      'dynamic dimension',
    ],
  ])('refuses %s with one line, and writes nothing', async (what, prepare, expected) => {
    if (what === 'a quantized model') await quantize();
    const args = prepare();
    if (what === 'a missing model') rmSync(at('model.onnx'));
    const before = readdirSync(at('out'));
    const refusal = await quantize(...args).then(
      () => new Error('accepted'),
      (error: unknown) => error as Error,
    );
    expect(refusal.message).toContain(expected);
    expect(refusal).toBeInstanceOf(BadInputError);
    expect(refusal.message).not.toMatch(/\n/);
    expect(readdirSync(at('out'))).toEqual(before);
  });
});
