import { float, int, ints } from '../../../../model/onnx/graph_builder';
import { drawn, floats, numbers, text, type OperatorCase } from './one_operator';

export const picture = [1, 4, 6, 7];
export const window = (
  kernel: number,
  stride: number,
  ...pads: number[]
): NonNullable<OperatorCase['attributes']> => ({
  kernel_shape: ints(kernel, kernel),
  strides: ints(stride, stride),
  pads: ints(...pads),
});
export const resize = (
  mode: string,
  coordinates: string,
  rounding = 'round_prefer_floor',
): NonNullable<OperatorCase['attributes']> => ({
  mode: text(mode),
  coordinate_transformation_mode: text(coordinates),
  nearest_mode: text(rounding),
});
export const sizes = (height: number, width: number): NonNullable<OperatorCase['operands']> => [
  'absent',
  'absent',
  numbers(1, 4, height, width),
];

const pointwise = [
  ...['Relu', 'Sigmoid', 'Tanh', 'Erf', 'Exp', 'Abs', 'Neg', 'Identity', 'Softplus', 'Mish'],
  ...['Elu', 'LeakyRelu', 'HardSwish', 'HardSigmoid', 'Gelu', 'Reciprocal'],
].map((kind): OperatorCase => ({ kind, shape: picture }));

export const imageCases: readonly OperatorCase[] = [
  ...pointwise,
  { kind: 'Gelu', shape: [1, 5, 8], attributes: { approximate: text('tanh') } },
  { kind: 'LeakyRelu', shape: [5, 8], attributes: { alpha: float(0.3) } },
  { kind: 'HardSigmoid', shape: picture, attributes: { alpha: float(1 / 6), beta: float(0.5) } },
  { kind: 'Clip', shape: picture, operands: [floats(0), floats(6)] },
  { kind: 'Clip', shape: picture, operands: [floats(-0.5), floats(0.75)] },
  { kind: 'PRelu', shape: picture, operands: [drawn(4, 1, 1)] },

  {
    kind: 'Conv',
    shape: picture,
    operands: [drawn(5, 4, 3, 3), drawn(5)],
    attributes: window(3, 1, 1, 1, 1, 1),
  },
  {
    kind: 'Conv',
    shape: picture,
    operands: [drawn(1, 4, 1, 1), drawn(1)],
    attributes: window(1, 1, 0, 0, 0, 0),
  },
  {
    kind: 'Conv',
    shape: [1, 1, 6, 7],
    operands: [drawn(1, 1, 1, 1)],
    attributes: window(1, 1, 0, 0, 0, 0),
  },
  {
    kind: 'Conv',
    shape: picture,
    operands: [drawn(5, 4, 3, 3)],
    attributes: window(3, 2, 0, 1, 2, 1),
  },
  {
    kind: 'Conv',
    shape: picture,
    operands: [drawn(4, 1, 5, 5), drawn(4)],
    attributes: { ...window(5, 2, 2, 2, 2, 2), group: int(4) },
  },
  {
    kind: 'Conv',
    shape: picture,
    operands: [drawn(8, 1, 3, 3)],
    attributes: { ...window(3, 1, 1, 1, 1, 1), group: int(4) },
  },
  {
    kind: 'Conv',
    shape: picture,
    operands: [drawn(6, 2, 3, 3), drawn(6)],
    attributes: { ...window(3, 1, 1, 1, 1, 1), group: int(2) },
  },
  {
    kind: 'Conv',
    shape: picture,
    operands: [drawn(5, 4, 3, 3), drawn(5)],
    attributes: { ...window(3, 1, 2, 3, 2, 3), dilations: ints(2, 3) },
  },
  {
    kind: 'Conv',
    shape: picture,
    operands: [drawn(4, 1, 3, 3)],
    attributes: { ...window(3, 1, 4, 4, 4, 4), dilations: ints(4, 4), group: int(4) },
  },
  {
    kind: 'ConvTranspose',
    shape: picture,
    operands: [drawn(4, 3, 2, 2), drawn(3)],
    attributes: window(2, 2, 0, 0, 0, 0),
  },
  {
    kind: 'ConvTranspose',
    shape: picture,
    operands: [drawn(4, 3, 3, 3)],
    attributes: { ...window(3, 2, 1, 1, 1, 1), output_padding: ints(1, 1) },
  },

  { kind: 'GlobalAveragePool', shape: picture },
  { kind: 'GlobalMaxPool', shape: picture },
  { kind: 'MaxPool', shape: picture, attributes: window(3, 2, 1, 1, 1, 1) },
  { kind: 'AveragePool', shape: picture, attributes: window(3, 1, 1, 1, 1, 1) },
  {
    kind: 'AveragePool',
    shape: picture,
    attributes: { ...window(2, 2, 0, 1, 0, 0), count_include_pad: int(1) },
  },
  { kind: 'Pad', shape: picture, operands: [numbers(0, 0, 1, 2, 0, 0, 3, 0), floats(0.5)] },
  { kind: 'DepthToSpace', shape: picture, attributes: { blocksize: int(2) } },
  { kind: 'DepthToSpace', shape: picture, attributes: { blocksize: int(2), mode: text('CRD') } },

  {
    kind: 'Resize',
    shape: picture,
    operands: sizes(12, 14),
    attributes: resize('nearest', 'half_pixel'),
  },
  {
    kind: 'Resize',
    shape: picture,
    operands: sizes(11, 9),
    attributes: resize('nearest', 'asymmetric', 'floor'),
  },
  {
    kind: 'Resize',
    shape: picture,
    operands: sizes(3, 4),
    attributes: resize('nearest', 'align_corners', 'round_prefer_ceil'),
  },
  {
    kind: 'Resize',
    shape: picture,
    operands: sizes(13, 15),
    attributes: resize('linear', 'half_pixel'),
  },
  {
    kind: 'Resize',
    shape: picture,
    operands: sizes(13, 1),
    attributes: resize('linear', 'pytorch_half_pixel'),
  },
  {
    kind: 'Resize',
    shape: picture,
    operands: sizes(4, 21),
    attributes: resize('linear', 'align_corners'),
  },
  {
    kind: 'Resize',
    shape: picture,
    operands: sizes(12, 14),
    attributes: resize('cubic', 'half_pixel'),
  },
];
