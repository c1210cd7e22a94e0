/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { createSession } from '../../../../model/execute/session';
import type { Attribute } from '../../../../model/onnx/graph';
import { float, float32Tensor, int, ints } from '../../../../model/onnx/graph_builder';
import { writeOnnx } from '../../../../model/onnx/write';
import { type Case, list, filled, empty, image, graphOf, inferred } from './operator_graph';

const text = (value: string): Attribute => ({ kind: 'string', value });
const cases: readonly Case[] = [
  [
    'Conv',
    image,
    [filled(6, 4, 3, 3)],
    { strides: ints(2, 1), pads: ints(1, 0, 1, 2), dilations: ints(1, 2) },
  ],
  [
    'Conv',
    image,
    [filled(8, 1, 3, 3), filled(8)],
    { group: int(4), auto_pad: text('SAME_UPPER'), strides: ints(2, 2) },
  ],
  [
    'ConvTranspose',
    image,
    [filled(4, 3, 3, 3)],
    { strides: ints(2, 2), pads: ints(1, 1, 1, 1), output_padding: ints(1, 1) },
  ],
  [
    'MaxPool',
    image,
    [],
    { kernel_shape: ints(3, 3), strides: ints(2, 2), ceil_mode: int(1), pads: ints(1, 1, 1, 1) },
  ],
  ['AveragePool', image, [], { kernel_shape: ints(2, 2), strides: ints(2, 2) }],
  ['AveragePool', image, [], { kernel_shape: ints(2, 3), auto_pad: text('VALID') }],
  ['GlobalAveragePool', image, [], {}],
  ['Relu', image, [], {}],
  ['Clip', image, [], {}],
  ['HardSigmoid', image, [], {}],
  ['HardSwish', image, [], {}],
  ['Softmax', image, [], { axis: int(1) }],
  ['Erf', image, [], {}],
  ['Tanh', image, [], {}],
  [
    'BatchNormalization',
    image,
    [filled(4), filled(4), filled(4), filled(4)],
    { epsilon: float(1e-3) },
  ],
  ['Add', image, [filled(4, 1, 1)], {}],
  ['Mul', [4, 1], [filled(3, 1, 5)], {}],
  ['Div', image, [filled(1)], {}],
  ['Gemm', [2, 6], [filled(5, 6), filled(5)], { transB: int(1) }],
  ['Gemm', [6, 2], [filled(6, 3)], { transA: int(1) }],
  ['MatMul', [3, 2, 5], [filled(5, 4)], {}],
  ['MatMul', [5], [filled(2, 5, 4)], {}],
  ['ReduceMean', image, [], { axes: ints(2, -1), keepdims: int(0) }],
  ['ReduceMean', image, [], {}],
  ['Reshape', image, [list(0, -1, 3)], {}],
  ['Flatten', image, [], { axis: int(2) }],
  ['Flatten', image, [], { axis: int(-1) }],
  ['Transpose', image, [], { perm: ints(0, 2, 3, 1) }],
  ['Squeeze', [1, 4, 1], [list(0)], {}],
  ['Squeeze', [1, 4, 1], [], {}],
  ['Unsqueeze', [4, 3], [list(0, -1)], {}],
  ['Concat', image, [filled(1, 2, 9, 7)], { axis: int(1) }],
  ['Slice', image, [list(1, -3), list(100, 1), list(1, 2), list(1, -1)], {}],
  ['Gather', image, [list(0, 2)], { axis: int(1) }],
  ['Pad', image, [list(0, 0, 1, 2, 0, 0, 3, 4)], {}],
  [
    'Resize',
    image,
    [empty, float32Tensor([4], Float32Array.of(1, 1, 2, 2))],
    { mode: text('nearest') },
  ],
  ['Resize', image, [empty, empty, list(1, 4, 5, 5)], { mode: text('linear') }],
  ['Expand', [4, 1], [list(2, 1, 6)], {}],
  ['DepthToSpace', [1, 8, 3, 3], [], { blocksize: int(2) }],
  ['Identity', image, [], {}],
];
describe('shape inference, operator by operator', () => {
  test.each(cases.map((one, index) => [`${one[0]} (case ${index})`, one] as const))(
    '%s gives the shape that ONNX Runtime computes',
    async (_, one) => {
      const graph = graphOf(one);
      const session = await createSession(writeOnnx(graph));
      const data = new Float32Array(one[1].reduce((a, b) => a * b, 1)).fill(0.5);
      const result = await session.run(new Map([['x', { shape: one[1], data }]]));
      await session.release();
      expect(inferred(graph, 'y')).toEqual(result.get('y')!.shape);
    },
  );
});
