import { int, ints } from '../../../../model/onnx/graph_builder';
import { type OperatorCase, integers, scalar, text, image, one, signal } from '../operator_case';

export const movementCases: readonly OperatorCase[] = [
  {
    name: 'concatenation of channels',
    inputs: [image, image],
    outputShape: [1, 16, 9, 10],
    kinds: ['CONCATENATION'],
    build: (b, [x, y]) => b.node('y', 'Concat', [x!, y!], { axis: int(1) }),
  },
  {
    name: 'halves of the channels',
    inputs: [image],
    outputShape: [1, 4, 9, 10],
    kinds: ['SLICE', 'SLICE', 'ADD'],
    build: (b, [x]) => {
      const half = (name: string, from: number): string =>
        b.node(name, 'Slice', [
          x!,
          ...[from, from + 4, 1].map((value, index) =>
            b.constant(`${name}${index}`, integers(value)),
          ),
        ]);
      return b.node('y', 'Add', [half('a', 0), half('b', 4)]);
    },
  },
  one('slice with steps', 'Slice', {
    constants: [integers(1, 0), integers(100, -1), integers(2, 3), integers(2, 3)],
    output: [1, 8, 4, 3],
    kinds: ['STRIDED_SLICE'],
  }),
  one('one token', 'Gather', {
    input: [1, 7, 24],
    constants: [{ elementType: 'int64', shape: [], data: BigInt64Array.of(0n) }],
    attributes: { axis: int(1) },
    output: [1, 24],
    kinds: ['SLICE', 'RESHAPE'],
  }),
  one('some channels', 'Gather', {
    constants: [integers(3, 1, 3)],
    attributes: { axis: int(1) },
    output: [1, 3, 9, 10],
    kinds: ['GATHER'],
  }),
  one('padding', 'Pad', {
    constants: [integers(0, 0, 1, 2, 0, 0, 3, 4)],
    output: [1, 8, 13, 16],
    kinds: ['PAD'],
  }),
  one('padding by a number', 'Pad', {
    constants: [integers(0, 0, 1, 2, 0, 0, 3, 4), scalar(0.7)],
    output: [1, 8, 13, 16],
    kinds: ['PADV2'],
  }),
  one('padding of one dimension', 'Pad', {
    constants: [integers(1, 2), scalar(0), integers(-1)],
    output: [1, 8, 9, 13],
    kinds: ['PAD'],
  }),
  one('padding by reflection', 'Pad', {
    constants: [integers(0, 0, 1, 2, 0, 0, 3, 4)],
    attributes: { mode: text('reflect') },
    output: [1, 8, 13, 16],
    kinds: ['MIRROR_PAD'],
  }),
  one('padding by the edge', 'Pad', {
    constants: [integers(0, 0, 1, 2, 0, 0, 3, 4)],
    attributes: { mode: text('edge') },
    output: [1, 8, 13, 16],
    kinds: ['GATHER', 'GATHER'],
  }),
  one('padding by the other end', 'Pad', {
    constants: [integers(0, 0, 0, 3, 0, 0, 0, 11)],
    attributes: { mode: text('wrap') },
    output: [1, 8, 9, 24],
    kinds: ['GATHER'],
  }),
  one('padding of a signal by reflection', 'Pad', {
    input: signal,
    constants: [integers(0, 0, 4, 0, 0, 4)],
    attributes: { mode: text('reflect') },
    output: [1, 8, 28],
    kinds: ['MIRROR_PAD'],
  }),
  one('repetition', 'Tile', {
    constants: [integers(1, 2, 1, 3)],
    output: [1, 16, 9, 30],
    kinds: ['TILE'],
  }),
  one('flatten of pixels', 'Flatten', { output: [1, 720], kinds: ['TRANSPOSE', 'RESHAPE'] }),
  {
    name: 'patches as tokens',
    inputs: [image],
    outputShape: [1, 90, 8],
    kinds: ['RESHAPE'],
    build: (b, [x]) =>
      b.node(
        'y',
        'Transpose',
        [b.node('r', 'Reshape', [x!, b.constant('shape', integers(1, 8, 90))])],
        { perm: ints(0, 2, 1) },
      ),
  },
  {
    name: 'flatten of a pooled image',
    inputs: [image],
    outputShape: [1, 8],
    kinds: ['MEAN', 'RESHAPE'],
    build: (b, [x]) => b.node('y', 'Flatten', [b.node('p', 'GlobalAveragePool', [x!])]),
  },
  {
    name: 'channel shuffle',
    inputs: [image],
    outputShape: image,
    kinds: ['RESHAPE', 'TRANSPOSE', 'RESHAPE'],
    build: (b, [x]) => {
      const grouped = b.node('g', 'Reshape', [x!, b.constant('shape', integers(1, 2, 4, 9, 10))]);
      return b.node('y', 'Reshape', [
        b.node('t', 'Transpose', [grouped], { perm: ints(0, 2, 1, 3, 4) }),
        b.constant('back', integers(...image)),
      ]);
    },
  },
];
