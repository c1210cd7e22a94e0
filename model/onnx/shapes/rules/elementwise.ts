import { intAttribute } from '../../graph';
import { elementTypeOfCode } from '../../tensor_codec';
import { requireChannels } from './window_attributes';
import { normalizeAxis, ShapeProblem, tensorType, type NodeTypes, type ShapeRule } from './rule';

const unaryKinds = [
  'Relu',
  'LeakyRelu',
  'Clip',
  'Sigmoid',
  'HardSigmoid',
  'HardSwish',
  'Tanh',
  'Elu',
  'Selu',
  'Celu',
  'Softplus',
  'Softsign',
  'Mish',
  'Gelu',
  'Erf',
  'Exp',
  'Log',
  'Sqrt',
  'Reciprocal',
  'Abs',
  'Neg',
  'Floor',
  'Ceil',
  'Round',
  'Sign',
  'Not',
  'Sin',
  'Cos',
  'Identity',
  'Softmax',
  'LogSoftmax',
  'Hardmax',
  'LRN',
  'GroupNormalization',
  'LpNormalization',
  'com.microsoft.Gelu',
  'com.microsoft.QuickGelu',
  'CumSum',
  'Trilu',
];
const binaryKinds = [
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Max',
  'Min',
  'Sum',
  'Mean',
  'Mod',
  'And',
  'Or',
  'Xor',
];
const comparisonKinds = ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'];

/** Operators that treat every element alike, or normalize: the output has the (broadcast) shape of the inputs. */
export const elementwiseRules: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries(unaryKinds.map((kind) => [kind, sameAsInput])),
  ...Object.fromEntries(binaryKinds.map((kind) => [kind, broadcast])),
  ...Object.fromEntries(
    comparisonKinds.map((kind) => [
      kind,
      (types: NodeTypes) =>
        broadcast(types).map(({ shape }) => ({ elementType: 'bool' as const, shape })),
    ]),
  ),
  Where: (types) =>
    tensorType(
      types.input(1).elementType,
      [0, 1, 2].map((index) => types.input(index).shape).reduce(broadcastShapes),
    ),
  PRelu: parametricRelu,
  BatchNormalization: (types) => normalization(types, ['scale', 'bias', 'mean', 'variance']),
  InstanceNormalization: (types) => normalization(types, ['scale', 'bias']),
  Cast: cast,
  Dropout: (types) => [types.input(0), { elementType: 'bool', shape: types.input(0).shape }],
  LayerNormalization: layerNormalization,
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: (types) => tensorType(types.input(1).elementType, types.input(0).shape),
};

/** The further outputs of normalizations (statistics) are not used in deployed networks. */
function sameAsInput(types: NodeTypes): ReturnType<ShapeRule> {
  const used = types.node.outputs.slice(1).filter((output) => output !== '');
  if (used.length > 0)
    throw new ShapeProblem(
      'it has more than one output, as in training; export the model for inference',
    );
  return types.node.outputs.map(() => types.input(0));
}

/** Parameters, from input 1 on, have one number for each channel. */
function normalization(types: NodeTypes, parameters: readonly string[]): ReturnType<ShapeRule> {
  const { shape } = types.input(0);
  parameters.forEach((what, index) =>
    requireChannels(types, 1 + index, { channels: shape[1] ?? 1, what }),
  );
  return sameAsInput(types);
}

function parametricRelu(types: NodeTypes): ReturnType<ShapeRule> {
  const [{ shape }, slope] = [types.input(0), types.input(1).shape];
  if (broadcastShapes(shape, slope).join() !== shape.join())
    throw new ShapeProblem(`slopes ${slope.join('x')} do not broadcast over ${shape.join('x')}`);
  return sameAsInput(types);
}

/** Mean and inverse deviation may follow the result. */
function layerNormalization(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const axis = normalizeAxis(intAttribute(types.node, 'axis', -1), shape.length);
  const normalized = shape.slice(axis);
  for (const index of [1, 2].filter((each) => types.has(each))) {
    const parameter = types.input(index).shape;
    if (broadcastShapes(normalized, parameter).join() !== normalized.join())
      throw new ShapeProblem(
        `parameters ${parameter.join('x')} do not fit the normalized dimensions ${normalized.join('x')}`,
      );
  }
  const statistics = { elementType, shape: shape.map((size, index) => (index < axis ? size : 1)) };
  return [types.input(0), statistics, statistics];
}

function broadcast(types: NodeTypes): ReturnType<ShapeRule> {
  const shapes = types.node.inputs.map((_, index) => types.input(index).shape);
  return tensorType(types.input(0).elementType, shapes.reduce(broadcastShapes));
}

/** NumPy's rule: dimensions are aligned at the end, and a one stretches. */
export function broadcastShapes(
  first: readonly number[],
  second: readonly number[],
): readonly number[] {
  const rank = Math.max(first.length, second.length);
  return Array.from({ length: rank }, (_, index) => {
    const one = first[index - rank + first.length] ?? 1;
    const other = second[index - rank + second.length] ?? 1;
    if (one !== other && one !== 1 && other !== 1)
      throw new ShapeProblem(`shapes ${first.join('x')} and ${second.join('x')} do not broadcast`);
    return one === 1 ? other : one;
  });
}

function cast(types: NodeTypes): ReturnType<ShapeRule> {
  const elementType = elementTypeOfCode(intAttribute(types.node, 'to', 0));
  if (elementType === undefined) throw new ShapeProblem('its target type is not supported');
  return tensorType(elementType, types.input(0).shape);
}

function quantizeLinear(types: NodeTypes): ReturnType<ShapeRule> {
  const elementType = types.has(2)
    ? types.input(2).elementType
    : (elementTypeOfCode(intAttribute(types.node, 'output_dtype', 2)) ?? 'uint8');
  return tensorType(elementType, types.input(0).shape);
}
