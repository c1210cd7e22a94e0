/** @jest-environment ./test/model/onnxruntime_environment.ts */
import type { Graph } from '../../../../model/onnx/graph';
import { createGraphBuilder, int, ints } from '../../../../model/onnx/graph_builder';
import { inferShapes } from '../../../../model/onnx/shapes/shape_inference';
import { type Case, list, filled, image, graphOf, inferred } from './operator_graph';

function problem(graph: Graph): string {
  const types = inferShapes(graph);
  return types.ok ? 'no problem' : types.error;
}
describe('shape inference', () => {
  test('follows shapes that a graph computes for itself', () => {
    const builder = createGraphBuilder('exported');
    const x = builder.input('x', [2, 3, 4, 5]);
    const batch = builder.node(
      'batch',
      'Gather',
      [
        builder.node('shape', 'Shape', [x]),
        builder.constant('zero', { elementType: 'int64', shape: [], data: BigInt64Array.of(0n) }),
      ],
      { axis: int(0) },
    );
    const target = builder.node(
      'target',
      'Concat',
      [
        builder.node('list', 'Unsqueeze', [batch, builder.constant('axis', list(0))]),
        builder.constant('rest', list(-1)),
      ],
      { axis: int(0) },
    );
    const y = builder.node('y', 'Reshape', [x, target]);
    expect(
      inferred(builder.finish([{ name: y, elementType: 'float32', shape: null }]), 'y'),
    ).toEqual([2, 60]);
  });
  test('splits evenly or as told', () => {
    const builder = createGraphBuilder('split');
    const x = builder.input('x', [1, 6]);
    const graph = builder.finish([{ name: 'a', elementType: 'float32', shape: null }]);
    const split = {
      name: 's',
      kind: 'Split',
      inputs: [x],
      outputs: ['a', 'b', 'c'],
      attributes: new Map([['axis', int(1)]]),
    };
    expect(inferred({ ...graph, nodes: [split] }, 'c')).toEqual([1, 2]);
    expect(
      inferred(
        {
          ...graph,
          initializers: new Map([['sizes', list(1, 2, 3)]]),
          nodes: [{ ...split, inputs: [x, 'sizes'] }],
        },
        'c',
      ),
    ).toEqual([1, 3]);
  });
  test('names a dynamic dimension, and the remedy', () => {
    const graph = {
      ...graphOf(['Relu', image, [], {}]),
      inputs: [{ name: 'x', elementType: 'float32' as const, shape: ['batch', 3, 4] }],
    };
    expect(problem(graph)).toBe(
      "input 'x' has a dynamic dimension 'batch'; fix it, e.g. 1x3x224x224",
    );
  });
  test('names an operator that it does not know, unless the file gives the shape', () => {
    const graph = graphOf(['Whatever', image, [], {}]);
    expect(problem(graph)).toContain("node 'y': operator 'Whatever' is not known here");
    expect(
      inferred(
        {
          ...graph,
          declared: new Map([['y', { name: 'y', elementType: 'float32', shape: [1, 2] }]]),
        },
        'y',
      ),
    ).toEqual([1, 2]);
  });
  test.each<[string, Case, string]>([
    [
      'channels that do not fit',
      ['Conv', image, [filled(6, 3, 3, 3)], {}],
      'expect 3 channels, the input has 4',
    ],
    [
      'a window larger than the image',
      ['MaxPool', image, [], { kernel_shape: ints(30, 30) }],
      'does not fit',
    ],
    [
      'a kernel_shape that lies',
      ['Conv', image, [filled(6, 4, 3, 3)], { kernel_shape: ints(5, 5) }],
      'kernel_shape 5x5 contradicts the weights 6x4x3x3; the file is broken: export the network anew',
    ],
    [
      'the same of a transposed convolution',
      ['ConvTranspose', image, [filled(4, 6, 3, 3)], { kernel_shape: ints(3) }],
      'kernel_shape 3 contradicts the weights 4x6x3x3',
    ],
    [
      'a bias for other channels',
      ['Conv', image, [filled(6, 4, 3, 3), filled(5)], {}],
      'its bias has shape 5; 6 channel(s) take 6',
    ],
    [
      'too few strides',
      ['Conv', image, [filled(6, 4, 3, 3)], { strides: ints(2) }],
      'strides 2 has 1 number(s) where 2 dimension(s) take 2',
    ],
    [
      'a stride of zero',
      ['MaxPool', image, [], { kernel_shape: ints(2, 2), strides: ints(0, 1) }],
      'strides 0x1 has 0, which is below 1',
    ],
    [
      'padding below zero',
      ['Conv', image, [filled(6, 4, 3, 3)], { pads: ints(-1, 0, 0, 0) }],
      'pads -1x0x0x0 has -1, which is below 0',
    ],
    [
      'padding as wide as a pool',
      ['MaxPool', image, [], { kernel_shape: ints(2, 2), pads: ints(2, 0, 0, 0) }],
      'are not smaller than the window 2x2',
    ],
    [
      'a padding that ONNX does not know',
      ['Conv', image, [filled(6, 4, 3, 3)], { auto_pad: { kind: 'string', value: 'SAME' } }],
      "auto_pad SAME is not one of ONNX's",
    ],
    [
      'groups that do not divide',
      ['Conv', image, [filled(3, 2, 1, 1)], { group: int(2) }],
      '3 output channels do not divide into 2 groups',
    ],
    [
      'no groups',
      ['Conv', image, [filled(6, 4, 1, 1)], { group: int(0) }],
      'group 0 is not positive',
    ],
    [
      'an output beyond the reach of a transposed convolution',
      ['ConvTranspose', image, [filled(4, 6, 2, 2)], { output_shape: ints(90, 90) }],
      'output_shape 90x90 is not within reach: along axis 2 expected 1 to',
    ],
    [
      'statistics for other channels',
      ['BatchNormalization', image, [filled(4), filled(4), filled(4), filled(3)], {}],
      'its variance has shape 3; 4 channel(s) take 4',
    ],
    ['slopes that do not broadcast', ['PRelu', image, [filled(3, 1, 1)], {}], 'do not broadcast'],
    [
      'a bias of another matrix',
      ['Gemm', [2, 3], [filled(3, 5), filled(4)], {}],
      'do not broadcast',
    ],
    ['matrices that do not multiply', ['Gemm', [2, 3], [filled(4, 5)], {}], 'do not multiply'],
    ['a missing input', ['Conv', image, [], {}], 'input 1 is missing'],
    ['shapes that do not broadcast', ['Add', [2, 3], [filled(2)], {}], 'do not broadcast'],
    ['an impossible reshape', ['Reshape', [2, 3], [list(4, -1)], {}], 'cannot become'],
    [
      'an enormous result',
      ['Expand', [1], [list(2 ** 30, 2 ** 30)], {}],
      'a tensor of 1073741824x1073741824 float32 takes 4.61e+9 GB, and 2.1 GB are the most',
    ],
    [
      'a bomb of repetitions',
      ['Tile', [1, 3, 8, 8], [list(1, 1, 4096, 4096)], {}],
      "node 'y' (Tile): a tensor of 1x3x32768x32768 float32 takes 12.9 GB",
    ],
    [
      'as many repetitions as there are no dimensions',
      ['Tile', [2, 3], [list(2)], {}],
      'repeats 2 do not fit 2x3',
    ],
    [
      'an index that does not exist',
      ['Gather', [2, 3], [list(7)], {}],
      'index 7 does not exist in dimension 0 of 2x3',
    ],
    [
      'sizes that do not add up',
      ['Split', [2, 6], [list(2, 5)], { axis: int(1) }],
      'do not split 6 into',
    ],
    [
      'too few pads',
      ['Pad', [2, 3], [list(1, 1)], {}],
      'pads have 2 numbers; 2 dimension(s) take 4',
    ],
    [
      'blocks of nothing',
      ['DepthToSpace', [1, 4, 2, 2], [], { blocksize: int(0) }],
      'blocksize 0 does not fit',
    ],
  ])('refuses %s', (_, one, message) => expect(problem(graphOf(one))).toContain(message));
});
