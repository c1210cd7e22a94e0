import type { Attribute } from '../../../../model/onnx/graph';
import { int, ints } from '../../../../model/onnx/graph_builder';
import { pads, type OperatorCase, randomTensor, scalar, image, signal } from '../operator_case';

function conv(
  name: string,
  [input, weight, output]: readonly [readonly number[], readonly number[], readonly number[]],
  attributes: Readonly<Record<string, Attribute>>,
  kinds: readonly string[],
): OperatorCase {
  const channels = output[1]!;
  return {
    name,
    inputs: [input],
    outputShape: output,
    kinds,
    build: (b, [x]) =>
      b.node(
        'y',
        'Conv',
        [
          x!,
          b.constant('w', randomTensor(`${name}w`, weight)),
          b.constant('b', randomTensor(`${name}b`, [channels])),
        ],
        { kernel_shape: ints(...weight.slice(2)), ...attributes },
      ),
  };
}

export const convolutionCases: readonly OperatorCase[] = [
  conv('of a signal', [signal, [6, 8, 3], [1, 6, 20]], pads(1, 1), [
    'TRANSPOSE',
    'RESHAPE',
    'CONV_2D',
    'RESHAPE',
    'TRANSPOSE',
  ]),
  conv(
    'of a signal, depthwise, with stride',
    [signal, [8, 1, 5], [1, 8, 9]],
    { ...pads(0, 1), strides: ints(2), group: int(8) },
    ['TRANSPOSE', 'RESHAPE', 'PAD', 'DEPTHWISE_CONV_2D', 'RESHAPE', 'TRANSPOSE'],
  ),
  conv('of a signal, dilated', [signal, [6, 8, 3], [1, 6, 16]], { dilations: ints(2) }, [
    'TRANSPOSE',
    'RESHAPE',
    'CONV_2D',
    'RESHAPE',
    'TRANSPOSE',
  ]),
  {
    name: 'transposed, of a signal',
    inputs: [signal],
    outputShape: [1, 4, 40],
    kinds: ['TRANSPOSE', 'RESHAPE', 'TRANSPOSE_CONV', 'RESHAPE', 'TRANSPOSE'],
    build: (b, [x]) =>
      b.node(
        'y',
        'ConvTranspose',
        [
          x!,
          b.constant('w', randomTensor('tw', [8, 4, 2])),
          b.constant('b', randomTensor('tb', [4])),
        ],
        { kernel_shape: ints(2), strides: ints(2) },
      ),
  },
  {
    name: 'transposed beyond the last window',
    inputs: [image],
    outputShape: [1, 4, 20, 22],
    kinds: ['TRANSPOSE_CONV'],
    build: (b, [x]) =>
      b.node(
        'y',
        'ConvTranspose',
        [
          x!,
          b.constant('w', randomTensor('tw', [8, 4, 3, 3])),
          b.constant('b', randomTensor('tb', [4])),
        ],
        { kernel_shape: ints(3, 3), strides: ints(2, 2), output_padding: ints(1, 1) },
      ),
  },
  {
    name: 'with a clip that is no activation of TFLite',
    inputs: [image],
    outputShape: [1, 4, 9, 10],
    kinds: ['CONV_2D'],
    build: (b, [x]) =>
      b.node('y', 'Clip', [
        b.node('c', 'Conv', [x!, b.constant('w', randomTensor('cw', [4, 8, 1, 1]))], {
          kernel_shape: ints(1, 1),
        }),
        b.constant('min', scalar(0)),
        b.constant('max', scalar(0.5)),
      ]),
  },
  conv('pointwise', [image, [16, 8, 1, 1], [1, 16, 9, 10]], {}, ['CONV_2D']),
  conv('same', [image, [4, 8, 3, 3], [1, 4, 9, 10]], pads(1, 1, 1, 1), ['CONV_2D']),
  conv(
    'stride 2 of odd and even sizes',
    [image, [4, 8, 3, 3], [1, 4, 5, 5]],
    { ...pads(1, 1, 1, 1), strides: ints(2, 2) },
    ['PAD', 'CONV_2D'],
  ),
  conv('asymmetric padding', [image, [4, 8, 3, 3], [1, 4, 9, 10]], pads(0, 2, 2, 0), [
    'PAD',
    'CONV_2D',
  ]),
  conv(
    'dilated',
    [image, [4, 8, 3, 3], [1, 4, 9, 10]],
    { ...pads(2, 2, 2, 2), dilations: ints(2, 2) },
    ['CONV_2D'],
  ),
  conv('grouped', [image, [12, 2, 3, 3], [1, 12, 9, 10]], { ...pads(1, 1, 1, 1), group: int(4) }, [
    'CONV_2D',
  ]),
  conv('depthwise', [image, [8, 1, 5, 5], [1, 8, 9, 10]], { ...pads(2, 2, 2, 2), group: int(8) }, [
    'DEPTHWISE_CONV_2D',
  ]),
  conv(
    'depthwise with stride',
    [
      [1, 8, 10, 10],
      [8, 1, 3, 3],
      [1, 8, 5, 5],
    ],
    { ...pads(1, 1, 1, 1), strides: ints(2, 2), group: int(8) },
    ['PAD', 'DEPTHWISE_CONV_2D'],
  ),
  conv('depthwise multiplier', [image, [24, 1, 3, 3], [1, 24, 7, 8]], { group: int(8) }, [
    'DEPTHWISE_CONV_2D',
  ]),
  {
    name: 'transposed',
    inputs: [image],
    outputShape: [1, 4, 18, 20],
    kinds: ['TRANSPOSE_CONV'],
    build: (b, [x]) =>
      b.node(
        'y',
        'ConvTranspose',
        [
          x!,
          b.constant('w', randomTensor('tw', [8, 4, 2, 2])),
          b.constant('b', randomTensor('tb', [4])),
        ],
        { kernel_shape: ints(2, 2), strides: ints(2, 2) },
      ),
  },
  {
    name: 'transposed with padding',
    inputs: [image],
    outputShape: [1, 4, 18, 20],
    kinds: ['TRANSPOSE_CONV', 'SLICE'],
    build: (b, [x]) =>
      b.node(
        'y',
        'ConvTranspose',
        [
          x!,
          b.constant('w', randomTensor('tw', [8, 4, 3, 3])),
          b.constant('b', randomTensor('tb', [4])),
        ],
        { kernel_shape: ints(3, 3), strides: ints(2, 2), ...pads(1, 0, 0, 1) },
      ),
  },
];
