/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { createSession } from '../../../model/execute/session';
import type { Attribute, Graph, Tensor } from '../../../model/onnx/graph';
import { createGraphBuilder, float, float32Tensor, int, ints } from '../../../model/onnx/graph_builder';
import { inferShapes } from '../../../model/onnx/shape_inference';
import { writeOnnx } from '../../../model/onnx/write';

type Case = readonly [kind: string, shape: readonly number[], constants: readonly Tensor[], attributes: Readonly<Record<string, Attribute>>];

function list(...values: number[]): Tensor {
  return { elementType: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}
const filled = (...shape: number[]): Tensor => float32Tensor(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5));
const empty: Tensor = float32Tensor([0], new Float32Array(0));
const text = (value: string): Attribute => ({ kind: 'string', value });
const image = [1, 4, 9, 7];

const cases: readonly Case[] = [
  ['Conv', image, [filled(6, 4, 3, 3)], { strides: ints(2, 1), pads: ints(1, 0, 1, 2), dilations: ints(1, 2) }],
  ['Conv', image, [filled(8, 1, 3, 3), filled(8)], { group: int(4), auto_pad: text('SAME_UPPER'), strides: ints(2, 2) }],
  ['ConvTranspose', image, [filled(4, 3, 3, 3)], { strides: ints(2, 2), pads: ints(1, 1, 1, 1), output_padding: ints(1, 1) }],
  ['MaxPool', image, [], { kernel_shape: ints(3, 3), strides: ints(2, 2), ceil_mode: int(1), pads: ints(1, 1, 1, 1) }],
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
  ['BatchNormalization', image, [filled(4), filled(4), filled(4), filled(4)], { epsilon: float(1e-3) }],
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
  ['Resize', image, [empty, float32Tensor([4], Float32Array.of(1, 1, 2, 2))], { mode: text('nearest') }],
  ['Resize', image, [empty, empty, list(1, 4, 5, 5)], { mode: text('linear') }],
  ['Expand', [4, 1], [list(2, 1, 6)], {}],
  ['DepthToSpace', [1, 8, 3, 3], [], { blocksize: int(2) }],
  ['Identity', image, [], {}],
];

function graphOf([kind, shape, constants, attributes]: Case): Graph {
  const builder = createGraphBuilder('case');
  const names = constants.map((tensor, index) => (tensor === empty ? '' : builder.constant(`c${index}`, tensor)));
  const output = builder.node('y', kind, [builder.input('x', shape), ...names], attributes);
  // HardSwish and a few others came after the opset that is built here.
  return { ...builder.finish([{ name: output, elementType: 'float32', shape: null }]), opset: kind === 'HardSwish' ? 14 : 13 };
}

function inferred(graph: Graph, tensor: string): readonly number[] {
  const types = inferShapes(graph);
  if (!types.ok) throw new Error(types.error);
  return types.value.get(tensor)!.shape;
}

function problem(graph: Graph): string {
  const types = inferShapes(graph);
  return types.ok ? 'no problem' : types.error;
}

describe('shape inference', () => {
  test.each(cases.map((one, index) => [`${one[0]} (case ${index})`, one] as const))('%s gives the shape that ONNX Runtime computes', async (_, one) => {
    const graph = graphOf(one);
    const session = await createSession(writeOnnx(graph));
    const data = new Float32Array(one[1].reduce((a, b) => a * b, 1)).fill(0.5);
    const result = await session.run(new Map([['x', { shape: one[1], data }]]));
    await session.release();
    expect(inferred(graph, 'y')).toEqual(result.get('y')!.shape);
  });

  test('follows shapes that a graph computes for itself', () => {
    const builder = createGraphBuilder('exported');
    const x = builder.input('x', [2, 3, 4, 5]);
    const batch = builder.node('batch', 'Gather', [builder.node('shape', 'Shape', [x]), builder.constant('zero', { elementType: 'int64', shape: [], data: BigInt64Array.of(0n) })], { axis: int(0) });
    const target = builder.node('target', 'Concat', [builder.node('list', 'Unsqueeze', [batch, builder.constant('axis', list(0))]), builder.constant('rest', list(-1))], { axis: int(0) });
    const y = builder.node('y', 'Reshape', [x, target]);
    expect(inferred(builder.finish([{ name: y, elementType: 'float32', shape: null }]), 'y')).toEqual([2, 60]);
  });

  test('splits evenly or as told', () => {
    const builder = createGraphBuilder('split');
    const x = builder.input('x', [1, 6]);
    const graph = builder.finish([{ name: 'a', elementType: 'float32', shape: null }]);
    const split = { name: 's', kind: 'Split', inputs: [x], outputs: ['a', 'b', 'c'], attributes: new Map([['axis', int(1)]]) };
    expect(inferred({ ...graph, nodes: [split] }, 'c')).toEqual([1, 2]);
    expect(inferred({ ...graph, initializers: new Map([['sizes', list(1, 2, 3)]]), nodes: [{ ...split, inputs: [x, 'sizes'] }] }, 'c')).toEqual([1, 3]);
  });

  test('names a dynamic dimension, and the remedy', () => {
    const graph = { ...graphOf(['Relu', image, [], {}]), inputs: [{ name: 'x', elementType: 'float32' as const, shape: ['batch', 3, 4] }] };
    expect(problem(graph)).toBe("input 'x' has a dynamic dimension 'batch'; fix it, e.g. 1x3x224x224");
  });

  test('names an operator that it does not know, unless the file gives the shape', () => {
    const graph = graphOf(['Whatever', image, [], {}]);
    expect(problem(graph)).toContain("node 'y': operator 'Whatever' is not known here");
    expect(inferred({ ...graph, declared: new Map([['y', { name: 'y', elementType: 'float32', shape: [1, 2] }]]) }, 'y')).toEqual([1, 2]);
  });

  test.each<[string, Case, string]>([
    ['channels that do not fit', ['Conv', image, [filled(6, 3, 3, 3)], {}], 'expect 3 channels, the input has 4'],
    ['a window larger than the image', ['MaxPool', image, [], { kernel_shape: ints(30, 30) }], 'does not fit'],
    ['matrices that do not multiply', ['Gemm', [2, 3], [filled(4, 5)], {}], 'do not multiply'],
    ['a missing input', ['Conv', image, [], {}], 'input 1 is missing'],
    ['shapes that do not broadcast', ['Add', [2, 3], [filled(2)], {}], 'do not broadcast'],
    ['an impossible reshape', ['Reshape', [2, 3], [list(4, -1)], {}], 'cannot become'],
    ['an enormous result', ['Expand', [1], [list(2 ** 30, 2 ** 30)], {}], 'is not possible'],
  ])('refuses %s', (_, one, message) => expect(problem(graphOf(one))).toContain(message));
});
