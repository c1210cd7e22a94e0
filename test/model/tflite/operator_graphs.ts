import { createRandom } from '../../../common/random';
import type { Attribute, Graph, Tensor } from '../../../model/onnx/graph';
import {
  createGraphBuilder,
  float,
  float32Tensor,
  int,
  ints,
  type GraphBuilder,
} from '../../../model/onnx/graph_builder';

interface OperatorCase {
  readonly name: string;
  readonly inputs: readonly (readonly number[])[];
  readonly build: (builder: GraphBuilder, inputs: readonly string[]) => string;
  readonly outputShape: readonly number[];
  /** TFLite operators between the edges' QUANTIZE and DEQUANTIZE. */
  readonly kinds: readonly string[];
  /** Where TFLite's kernel rounds otherwise than ONNX Runtime's: the share of elements that may differ, and by how many steps. */
  readonly rounding?: { readonly share: number; readonly largest?: number };
  /** The same with activations of 16 bits, where it is more than a kernel's usual. */
  readonly wideSteps?: number;
}

export function graphOf({ name, inputs, build, outputShape }: OperatorCase): Graph {
  const builder = createGraphBuilder(name);
  const names = inputs.map((shape, index) => builder.input(`x${index}`, shape));
  return builder.finish([
    { name: build(builder, names), elementType: 'float32', shape: outputShape },
  ]);
}

export function randomTensor(name: string, shape: readonly number[]): Tensor {
  const random = createRandom(name);
  return float32Tensor(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal() / 3),
  );
}

function integers(...values: number[]): Tensor {
  return { elementType: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

const scalar = (value: number): Tensor => float32Tensor([], Float32Array.of(value));

function text(value: string): Attribute {
  return { kind: 'string', value };
}

const image = [1, 8, 9, 10];

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

function one(
  name: string,
  kind: string,
  {
    input = image,
    output = input,
    attributes = {},
    constants = [],
    kinds,
    rounding = { share: 0 },
  }: {
    readonly input?: readonly number[];
    readonly output?: readonly number[];
    readonly attributes?: Readonly<Record<string, Attribute>>;
    readonly constants?: readonly Tensor[];
  } & Pick<OperatorCase, 'kinds' | 'rounding'>,
): OperatorCase {
  return {
    name,
    inputs: [input],
    outputShape: output,
    kinds,
    rounding,
    build: (b, [x]) =>
      b.node(
        'y',
        kind,
        [x!, ...constants.map((tensor, index) => b.constant(`c${index}`, tensor))],
        attributes,
      ),
  };
}

function two(
  name: string,
  kind: string,
  [first, second, output]: readonly [readonly number[], readonly number[], readonly number[]],
  kinds: readonly string[],
): OperatorCase {
  return {
    name,
    inputs: [first, second],
    outputShape: output,
    kinds,
    build: (b, [x, y]) => b.node('y', kind, [x!, y!]),
  };
}

const pads = (...values: number[]): Readonly<Record<string, Attribute>> => ({
  pads: ints(...values),
});

const signal = [1, 8, 20];

const convolutionCases: readonly OperatorCase[] = [
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

const matrixCases: readonly OperatorCase[] = [
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

const elementwiseCases: readonly OperatorCase[] = [
  two('sum', 'Add', [image, image, image], ['ADD']),
  two('sum with broadcast', 'Add', [image, [1, 8, 1, 1], image], ['ADD']),
  one('sum with constant', 'Add', { constants: [randomTensor('c', [8, 1, 1])], kinds: ['ADD'] }),
  two('difference', 'Sub', [image, image, image], ['SUB']),
  two('product', 'Mul', [image, image, image], ['MUL']),
  two('gate', 'Mul', [image, [1, 8, 1, 1], image], ['MUL']),
  one('product with constant', 'Mul', {
    constants: [randomTensor('c', [1, 8, 1, 1])],
    kinds: ['MUL'],
  }),
  {
    name: 'sum with ReLU',
    inputs: [image, image],
    outputShape: image,
    kinds: ['ADD'],
    build: (b, [x, y]) => b.node('y', 'Relu', [b.node('sum', 'Add', [x!, y!])]),
  },
  {
    name: 'quotient',
    wideSteps: 9,
    inputs: [image, image],
    outputShape: image,
    kinds: ['LOGISTIC', 'DEQUANTIZE', 'DEQUANTIZE', 'DIV', 'QUANTIZE'],
    build: (b, [x, y]) => b.node('y', 'Div', [x!, b.node('s', 'Sigmoid', [y!])]),
  },
];

const activationCases: readonly OperatorCase[] = [
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

const poolCases: readonly OperatorCase[] = [
  one('max pool', 'MaxPool', {
    attributes: { kernel_shape: ints(2, 2), strides: ints(2, 2) },
    output: [1, 8, 4, 5],
    kinds: ['MAX_POOL_2D'],
  }),
  one('max pool with padding', 'MaxPool', {
    attributes: { kernel_shape: ints(3, 3), strides: ints(2, 2), ...pads(1, 1, 1, 1) },
    output: [1, 8, 5, 5],
    kinds: ['PADV2', 'MAX_POOL_2D'],
  }),
  one('max pool of a signal', 'MaxPool', {
    input: signal,
    attributes: { kernel_shape: ints(3), strides: ints(2) },
    output: [1, 8, 9],
    kinds: ['TRANSPOSE', 'RESHAPE', 'MAX_POOL_2D', 'RESHAPE', 'TRANSPOSE'],
  }),
  one('average pool of a signal', 'AveragePool', {
    input: signal,
    attributes: { kernel_shape: ints(4), strides: ints(4) },
    output: [1, 8, 5],
    kinds: ['TRANSPOSE', 'RESHAPE', 'DEPTHWISE_CONV_2D', 'RESHAPE', 'TRANSPOSE'],
  }),
  one('global max pool', 'GlobalMaxPool', { output: [1, 8, 1, 1], kinds: ['MAX_POOL_2D'] }),
  one('global max pool of a signal', 'GlobalMaxPool', {
    input: signal,
    output: [1, 8, 1],
    kinds: ['TRANSPOSE', 'RESHAPE', 'MAX_POOL_2D', 'RESHAPE', 'RESHAPE'],
  }),
  one('largest of channels', 'ReduceMax', {
    constants: [integers(1)],
    attributes: { keepdims: int(0) },
    output: [1, 9, 10],
    kinds: ['REDUCE_MAX'],
  }),
  one('average pool with padding on one side', 'AveragePool', {
    attributes: { kernel_shape: ints(3, 3), strides: ints(2, 2), ...pads(1, 1, 0, 1) },
    output: [1, 8, 4, 5],
    kinds: ['DEQUANTIZE', 'PAD', 'AVERAGE_POOL_2D', 'MUL', 'QUANTIZE'],
    rounding: { share: 0.01 },
  }),
  one('average pool', 'AveragePool', {
    attributes: { kernel_shape: ints(2, 2), strides: ints(2, 2) },
    output: [1, 8, 4, 5],
    kinds: ['DEPTHWISE_CONV_2D'],
  }),
  one('average pool with padding', 'AveragePool', {
    attributes: { kernel_shape: ints(3, 3), ...pads(1, 1, 1, 1) },
    kinds: ['DEQUANTIZE', 'AVERAGE_POOL_2D', 'QUANTIZE'],
  }),
  one('average pool that counts padding', 'AveragePool', {
    attributes: {
      kernel_shape: ints(3, 3),
      strides: ints(2, 2),
      ...pads(1, 1, 1, 1),
      count_include_pad: int(1),
    },
    output: [1, 8, 5, 5],
    kinds: ['PAD', 'DEPTHWISE_CONV_2D'],
  }),
  one('average pool that counts its own padding', 'AveragePool', {
    attributes: { kernel_shape: ints(3, 3), ...pads(1, 1, 1, 1), count_include_pad: int(1) },
    kinds: ['DEPTHWISE_CONV_2D'],
  }),
  one('global average pool', 'GlobalAveragePool', { output: [1, 8, 1, 1], kinds: ['MEAN'] }),
  one('mean of tokens', 'ReduceMean', {
    input: [1, 7, 24],
    constants: [integers(1)],
    attributes: { keepdims: int(0) },
    output: [1, 24],
    kinds: ['MEAN'],
  }),
  one('mean of pixels', 'ReduceMean', {
    constants: [integers(2, 3)],
    attributes: { keepdims: int(0) },
    output: [1, 8],
    kinds: ['MEAN'],
  }),
];

const movementCases: readonly OperatorCase[] = [
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

function resized(
  name: string,
  attributes: Readonly<Record<string, string>>,
  scale: number,
  kinds: readonly string[],
): OperatorCase {
  return {
    name,
    inputs: [image],
    outputShape: [1, 8, Math.floor(9 * scale), Math.floor(10 * scale)],
    kinds,
    build: (b, [x]) =>
      b.node(
        'y',
        'Resize',
        [x!, '', b.constant('scales', float32Tensor([4], Float32Array.of(1, 1, scale, scale)))],
        Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, text(value)])),
      ),
  };
}

const resizeCases: readonly OperatorCase[] = [
  resized(
    'nearest by 2',
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    2,
    ['RESIZE_NEAREST_NEIGHBOR'],
  ),
  resized('nearest by 2, half pixel', { mode: 'nearest' }, 2, ['RESIZE_NEAREST_NEIGHBOR']),
  {
    ...resized(
      'bilinear, half pixel',
      { mode: 'linear', coordinate_transformation_mode: 'half_pixel' },
      2,
      ['RESIZE_BILINEAR'],
    ),
    rounding: { share: 0.1 },
  },
  // TFLite's integer kernel weighs neighbours with ten bits.
  {
    wideSteps: 100,
    ...resized(
      'bilinear, corners',
      { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
      2,
      ['RESIZE_BILINEAR'],
    ),
    rounding: { share: 0.1 },
  },
  {
    wideSteps: 600,
    ...resized(
      'bilinear, asymmetric',
      { mode: 'linear', coordinate_transformation_mode: 'asymmetric' },
      3,
      ['RESIZE_BILINEAR'],
    ),
  },
  one('depth to space', 'DepthToSpace', {
    attributes: { blocksize: int(2) },
    output: [1, 2, 18, 20],
    kinds: ['DEPTH_TO_SPACE'],
  }),
  one('depth to space, CRD', 'DepthToSpace', {
    attributes: { blocksize: int(2), mode: text('CRD') },
    output: [1, 2, 18, 20],
    kinds: ['GATHER', 'DEPTH_TO_SPACE'],
  }),
  one('space to depth', 'SpaceToDepth', {
    input: [1, 2, 8, 10],
    attributes: { blocksize: int(2) },
    output: [1, 8, 4, 5],
    kinds: ['SPACE_TO_DEPTH'],
  }),
];

export const operatorCases: readonly OperatorCase[] = [
  ...convolutionCases,
  ...matrixCases,
  ...elementwiseCases,
  ...activationCases,
  ...poolCases,
  ...movementCases,
  ...resizeCases,
];
