import { float, int } from '../../../../model/onnx/graph_builder';
import { type OperatorCase, randomTensor, scalar, text, image, one, two } from '../operator_case';

export const activationCases: readonly OperatorCase[] = [
  one('ReLU', 'Relu', { kinds: ['RELU'] }),
  one('ReLU6', 'Clip', { constants: [scalar(0), scalar(6)], kinds: ['RELU6'] }),
  one('sigmoid', 'Sigmoid', { kinds: ['LOGISTIC'] }),
  one('tanh', 'Tanh', { kinds: ['TANH'] }),
  one('hard swish', 'HardSwish', { kinds: ['HARD_SWISH'] }),
  one('hard sigmoid', 'HardSigmoid', {
    attributes: { alpha: float(1 / 6), beta: float(0.5) },
    kinds: ['ADD', 'MUL'],
  }),
  one("hard sigmoid with ONNX's defaults", 'HardSigmoid', { kinds: ['ADD', 'MUL'] }),
  one('hard sigmoid, steep', 'HardSigmoid', {
    attributes: { alpha: float(0.5), beta: float(0.3) },
    kinds: ['ADD', 'MUL'],
  }),
  one('hard sigmoid, falling', 'HardSigmoid', {
    attributes: { alpha: float(-0.25), beta: float(0.6) },
    kinds: ['SUB', 'MUL'],
  }),
  one('hard sigmoid without offset', 'HardSigmoid', {
    attributes: { alpha: float(0.3), beta: float(0) },
    kinds: ['ADD', 'MUL'],
  }),
  one('PReLU', 'PRelu', {
    constants: [randomTensor('slopes', [8, 1, 1])],
    kinds: ['PRELU'],
    rounding: { share: 0.05 },
  }),
  one('PReLU of one slope', 'PRelu', {
    constants: [randomTensor('slope', [1])],
    kinds: ['PRELU'],
    rounding: { share: 0.05 },
  }),
  one('PReLU of tokens', 'PRelu', {
    input: [1, 7, 24],
    constants: [randomTensor('slopes', [24])],
    kinds: ['PRELU'],
    rounding: { share: 0.05 },
  }),
  one('GELU', 'Gelu', { kinds: ['GELU'] }),
  one('GELU by tanh', 'Gelu', { attributes: { approximate: text('tanh') }, kinds: ['GELU'] }),
  one('leaky ReLU', 'LeakyRelu', {
    attributes: { alpha: float(0.1) },
    kinds: ['LEAKY_RELU'],
    rounding: { share: 0.05 },
  }),
  one('softmax', 'Softmax', { input: [2, 50], attributes: { axis: int(-1) }, kinds: ['SOFTMAX'] }),
  ...['Exp', 'Abs', 'Neg', 'Elu', 'Sin', 'Cos', 'Floor', 'Ceil', 'Round'].map((kind) => ({
    wideSteps: 4,
    ...one(kind, kind, {
      kinds: ['DEQUANTIZE', kind.toUpperCase(), 'QUANTIZE'],
      rounding: { share: 0.01 },
    }),
  })),
  {
    name: 'square root of a sigmoid, and its logarithm',
    inputs: [image],
    outputShape: image,
    kinds: ['LOGISTIC', 'DEQUANTIZE', 'SQRT', 'QUANTIZE', 'DEQUANTIZE', 'LOG', 'QUANTIZE', 'ADD'],
    rounding: { share: 0.02 },
    wideSteps: 8,
    build: (b, [x]) => {
      const share = b.node('s', 'Sigmoid', [x!]);
      return b.node('y', 'Add', [b.node('root', 'Sqrt', [share]), b.node('log', 'Log', [share])]);
    },
  },
  {
    name: 'reciprocal',
    inputs: [image],
    outputShape: image,
    kinds: ['LOGISTIC', 'ADD', 'DEQUANTIZE', 'DIV', 'QUANTIZE'],
    rounding: { share: 0.02 },
    wideSteps: 8,
    build: (b, [x]) =>
      b.node('y', 'Reciprocal', [
        b.node('a', 'Add', [b.node('s', 'Sigmoid', [x!]), b.constant('half', scalar(0.5))]),
      ]),
  },
  // XNNPACK converts between encodings with a multiplier of few bits.
  {
    rounding: { share: 0.1 },
    ...two('larger of two', 'Max', [image, image, image], ['QUANTIZE', 'QUANTIZE', 'MAXIMUM']),
  },
  {
    rounding: { share: 0.1 },
    ...two(
      'smaller of two',
      'Min',
      [image, [1, 8, 1, 1], image],
      ['QUANTIZE', 'QUANTIZE', 'MINIMUM'],
    ),
  },
  one('logarithm of softmax', 'LogSoftmax', {
    input: [2, 50],
    attributes: { axis: int(-1) },
    kinds: ['DEQUANTIZE', 'LOG_SOFTMAX', 'QUANTIZE'],
    rounding: { share: 0.01 },
  }),
  one('local response', 'LRN', {
    attributes: { size: int(5), alpha: float(0.5), beta: float(0.75), bias: float(1) },
    kinds: ['DEQUANTIZE', 'LOCAL_RESPONSE_NORMALIZATION', 'QUANTIZE'],
    rounding: { share: 0.01 },
  }),
  {
    name: 'swish',
    inputs: [image],
    outputShape: image,
    kinds: ['LOGISTIC', 'MUL'],
    build: (b, [x]) => b.node('y', 'Mul', [x!, b.node('s', 'Sigmoid', [x!])]),
  },
  {
    name: 'layer normalization',
    inputs: [[1, 7, 24]],
    outputShape: [1, 7, 24],
    kinds: [
      'DEQUANTIZE',
      'MEAN',
      'SUB',
      'MUL',
      'MEAN',
      'ADD',
      'RSQRT',
      'MUL',
      'MUL',
      'ADD',
      'QUANTIZE',
    ],
    build: (b, [x]) =>
      b.node(
        'y',
        'LayerNormalization',
        [x!, b.constant('g', randomTensor('g', [24])), b.constant('b', randomTensor('b', [24]))],
        { axis: int(-1), epsilon: float(1e-6) },
      ),
  },
];
