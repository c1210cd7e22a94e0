import { int, ints } from '../../../../model/onnx/graph_builder';
import { type OperatorCase, randomTensor, integers, one, two } from '../operator_case';

export const matrixCases: readonly OperatorCase[] = [
  {
    name: 'dense',
    inputs: [[2, 12]],
    outputShape: [2, 5],
    kinds: ['FULLY_CONNECTED'],
    build: (b, [x]) =>
      b.node(
        'y',
        'Gemm',
        [x!, b.constant('w', randomTensor('w', [5, 12])), b.constant('b', randomTensor('b', [5]))],
        { transB: int(1) },
      ),
  },
  one('product with weights', 'MatMul', {
    input: [1, 6, 12],
    output: [1, 6, 5],
    constants: [randomTensor('w', [12, 5])],
    kinds: ['FULLY_CONNECTED'],
  }),
  two(
    'product of activations',
    'MatMul',
    [
      [1, 3, 6, 8],
      [1, 3, 8, 5],
      [1, 3, 6, 5],
    ],
    ['TRANSPOSE', 'TRANSPOSE', 'BATCH_MATMUL', 'TRANSPOSE'],
  ),
  {
    name: 'heads of attention',
    wideSteps: 5,
    inputs: [
      [1, 6, 16],
      [1, 6, 16],
    ],
    outputShape: [1, 6, 16],
    kinds: [
      'RESHAPE',
      'RESHAPE',
      'TRANSPOSE',
      'TRANSPOSE',
      'BATCH_MATMUL',
      'SOFTMAX',
      'RESHAPE',
      'TRANSPOSE',
      'BATCH_MATMUL',
      'TRANSPOSE',
      'RESHAPE',
    ],
    build: (b, [x, y]) => {
      const shape = b.constant('shape', integers(1, 6, 2, 8));
      const heads = (name: string, input: string, ...perm: number[]): string =>
        b.node(name, 'Transpose', [b.node(`${name}.heads`, 'Reshape', [input, shape])], {
          perm: ints(...perm),
        });
      const scores = b.node('scores', 'MatMul', [
        heads('q', x!, 0, 2, 1, 3),
        heads('k', y!, 0, 2, 3, 1),
      ]);
      const mixed = b.node('mixed', 'MatMul', [
        b.node('weights', 'Softmax', [scores], { axis: int(-1) }),
        heads('v', y!, 0, 2, 1, 3),
      ]);
      return b.node('y', 'Reshape', [
        b.node('joined', 'Transpose', [mixed], { perm: ints(0, 2, 1, 3) }),
        b.constant('flat', integers(1, 6, 16)),
      ]);
    },
  },
];
