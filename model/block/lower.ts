import { assert, unreachable } from '../../common/assert';
import { float, int, ints } from '../onnx/graph_builder';
import type { ConvLayer, DenseLayer, Layer } from './layer';
import type { Shape } from './layer_shape';
import type { Operator, OperatorConstant } from './operator';

interface LoweredSegment {
  readonly operators: readonly Operator[];
  /** The tensor that a layer's output is: a folded layer's is that of the layer before it. */
  readonly tensorOf: (layer: string) => string;
}

/** The ONNX operators (canonical form, opset 21) of a segment's layers: batch normalizations and constant factors are folded. */
export function lowerLayers(
  layers: readonly Layer[],
  shapes: ReadonlyMap<string, Shape>,
): LoweredSegment {
  const folded = new Map<string, string>();
  const tensorOf = (layer: string): string => folded.get(layer) ?? layer;
  const operators = layers.flatMap((layer, index): readonly Operator[] => {
    if (layer.kind === 'batchNorm' || layer.kind === 'multiply') {
      const before = layers[index - 1];
      assert(
        before?.name === layer.input &&
          before.kind === (layer.kind === 'batchNorm' ? 'conv' : 'dense'),
        `${layer.name} stands behind a layer that it folds into`,
      );
      folded.set(layer.name, before.name);
      return [];
    }
    return lowerLayer(layer, { tensorOf, shapeOf: (name) => shapes.get(name) ?? [] });
  });
  return { operators, tensorOf };
}

interface LoweringContext {
  readonly tensorOf: (layer: string) => string;
  readonly shapeOf: (layer: string) => Shape;
}

type FreeLayer = Exclude<Layer, { readonly kind: 'batchNorm' | 'multiply' }>;

function lowerLayer(layer: FreeLayer, { tensorOf, shapeOf }: LoweringContext): readonly Operator[] {
  const { name } = layer;
  const outputShape = shapeOf(name);
  const input = 'input' in layer ? tensorOf(layer.input) : '';
  const inputShape = 'input' in layer ? shapeOf(layer.input) : [];
  const one = (
    kind: string,
    inputs: Operator['inputs'],
    attributes: Operator['attributes'] = {},
  ): readonly Operator[] => [{ kind, name, inputs, attributes, outputShape }];
  switch (layer.kind) {
    case 'conv':
      return one('Conv', [input, ...convConstants(layer, inputShape)], convAttributes(layer));
    case 'dense':
      return one('Gemm', [input, ...denseConstants(layer, inputShape)], { transB: int(1) });
    case 'layerNorm':
      return one(
        'LayerNormalization',
        [
          input,
          trained(name, 'weight', [inputShape[1] ?? 1]),
          trained(name, 'bias', [inputShape[1] ?? 1]),
        ],
        { axis: int(-1), epsilon: float(layer.epsilon) },
      );
    case 'activation':
      return lowerActivation(layer, input, outputShape);
    case 'maxPool':
      return one('MaxPool', [input], windowAttributes(layer));
    case 'globalPool':
      return one('GlobalAveragePool', [input]);
    case 'flatten':
      return one('Flatten', [input], { axis: int(1) });
    case 'add':
      return one('Add', layer.inputs.map(tensorOf));
    case 'scale':
      return one('Mul', layer.inputs.map(tensorOf));
    case 'matMul':
      return one('MatMul', layer.inputs.map(tensorOf));
    case 'softmax':
      return one('Softmax', [input], { axis: int(-1) });
    case 'classToken':
      return one('Concat', [trained(name, 'weight', [1, inputShape[1] ?? 1]), input], {
        axis: int(0),
      });
    case 'positions':
      return one('Add', [input, trained(name, 'weight', inputShape)]);
    case 'firstToken':
      return one('Slice', [
        input,
        integers(name, 'starts', [0]),
        integers(name, 'ends', [1]),
        integers(name, 'axes', [0]),
      ]);
    case 'tokens':
    case 'splitHeads':
    case 'mergeHeads':
      return lowerLayout(layer, input, { inputShape, outputShape });
    default:
      return unreachable(layer);
  }
}

function convConstants(
  { name, channels, kernel, groups }: ConvLayer,
  inputShape: Shape,
): readonly OperatorConstant[] {
  return [
    trained(name, 'weight', [channels, (inputShape[1] ?? 1) / groups, kernel, kernel]),
    trained(name, 'bias', [channels]),
  ];
}

function denseConstants(
  { name, channels }: DenseLayer,
  inputShape: Shape,
): readonly OperatorConstant[] {
  return [
    trained(name, 'weight', [channels, inputShape[1] ?? 1]),
    trained(name, 'bias', [channels]),
  ];
}

function convAttributes(layer: ConvLayer): Operator['attributes'] {
  return { ...windowAttributes(layer), group: int(layer.groups) };
}

function windowAttributes({
  kernel,
  stride,
  padding,
}: Pick<ConvLayer, 'kernel' | 'stride' | 'padding'>): Operator['attributes'] {
  return {
    kernel_shape: ints(kernel, kernel),
    strides: ints(stride, stride),
    pads: ints(padding, padding, padding, padding),
  };
}

function lowerActivation(
  { name, function: activation }: Extract<Layer, { kind: 'activation' }>,
  input: string,
  outputShape: Shape,
): readonly Operator[] {
  const one = (
    kind: string,
    inputs: Operator['inputs'],
    attributes: Operator['attributes'] = {},
  ): Operator => ({ kind, name, inputs, attributes, outputShape });
  switch (activation) {
    case 'relu':
      return [one('Relu', [input])];
    case 'relu6':
      return [one('Clip', [input, scalar(name, 'min', 0), scalar(name, 'max', 6)])];
    case 'swish':
      return [
        { ...one('Sigmoid', [input]), name: `${name}.sigmoid` },
        one('Mul', [input, `${name}.sigmoid`]),
      ];
    case 'hardswish':
      return [one('HardSwish', [input])];
    case 'sigmoid':
      return [one('Sigmoid', [input])];
    case 'hardsigmoid':
      return [one('HardSigmoid', [input], { alpha: float(1 / 6), beta: float(0.5) })];
    case 'gelu':
      return [one('Gelu', [input])];
  }
}

/** A reshape and a transposition, in the order that the layer needs. */
function lowerLayout(
  layer: Extract<Layer, { kind: 'tokens' | 'splitHeads' | 'mergeHeads' }>,
  input: string,
  { inputShape, outputShape }: { readonly inputShape: Shape; readonly outputShape: Shape },
): readonly Operator[] {
  const { name } = layer;
  const reshape = (made: string, from: string, shape: Shape): Operator => ({
    kind: 'Reshape',
    name: made,
    inputs: [from, integers(name, 'shape', shape)],
    attributes: {},
    outputShape: shape,
  });
  const transpose = (
    made: string,
    from: string,
    { order, shape }: { readonly order: readonly number[]; readonly shape: Shape },
  ): Operator => ({
    kind: 'Transpose',
    name: made,
    inputs: [from],
    attributes: { perm: ints(...order) },
    outputShape: shape,
  });
  const [one = 1, two = 1, three = 1] = inputShape;
  switch (layer.kind) {
    case 'tokens':
      return [
        reshape(`${name}.flat`, input, outputShape.toReversed()),
        transpose(name, `${name}.flat`, { order: [1, 0], shape: outputShape }),
      ];
    case 'splitHeads':
      return [
        reshape(`${name}.split`, input, [one, layer.heads, two / layer.heads]),
        transpose(name, `${name}.split`, {
          order: layer.transposed ? [1, 2, 0] : [1, 0, 2],
          shape: outputShape,
        }),
      ];
    case 'mergeHeads':
      return [
        transpose(`${name}.turned`, input, { order: [1, 0, 2], shape: [two, one, three] }),
        reshape(name, `${name}.turned`, outputShape),
      ];
  }
}

function trained(layer: string, role: string, shape: Shape): OperatorConstant {
  return { name: `${layer}.${role}`, shape, values: { kind: 'trained' } };
}

function scalar(layer: string, role: string, value: number): OperatorConstant {
  return {
    name: `${layer}.${role}`,
    shape: [],
    values: { kind: 'given', elementType: 'float32', data: [value] },
  };
}

function integers(layer: string, role: string, data: readonly number[]): OperatorConstant {
  return {
    name: `${layer}.${role}`,
    shape: [data.length],
    values: { kind: 'given', elementType: 'int64', data },
  };
}
