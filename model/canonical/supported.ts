import { fail, ok, type Result } from '../../common/result';
import type { Graph, Node, Tensor, TensorType } from '../onnx/graph';
import { quote } from '../onnx/quote';
import { wayOut } from './way_out';

/** What the canonical form may consist of, next to operators that vanish on the way to it. */
const canonicalKinds: ReadonlySet<string> = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'MaxPool',
  'AveragePool',
  'LpPool',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'Relu',
  'LeakyRelu',
  'PRelu',
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
  'Sin',
  'Cos',
  'Not',
  'Softmax',
  'LogSoftmax',
  'Hardmax',
  'LayerNormalization',
  'InstanceNormalization',
  'LpNormalization',
  'LRN',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Max',
  'Min',
  'Mean',
  'Mod',
  'And',
  'Or',
  'Xor',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Where',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Concat',
  'Split',
  'Slice',
  'Gather',
  'GatherElements',
  'GatherND',
  'ScatterElements',
  'ScatterND',
  'Pad',
  'Resize',
  'Expand',
  'Tile',
  'DepthToSpace',
  'SpaceToDepth',
  'ReduceMean',
  'ReduceSum',
  'ReduceMax',
  'ReduceMin',
  'ReduceProd',
  'ReduceL1',
  'ReduceL2',
  'ReduceSumSquare',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ArgMax',
  'ArgMin',
  'Cast',
  'CumSum',
  'Trilu',
  'Identity',
]);
const vanishingKinds: ReadonlySet<string> = new Set([
  'Constant',
  'ConstantOfShape',
  'Shape',
  'Size',
  'Range',
  'Dropout',
  'BatchNormalization',
  'Sum',
  'Upsample',
  'Scatter',
  'Einsum',
]);

/** Refuses operators that no one downstream knows, by node; `mustHaveVanished` after the passes have run. */
export function requireSupported(graph: Graph, mustHaveVanished: boolean): Result<null, string> {
  const isKnown = ({ kind }: Node): boolean =>
    canonicalKinds.has(kind) || (!mustHaveVanished && vanishingKinds.has(kind));
  const wrong = graph.nodes.find((node) => !isKnown(node));
  if (wrong === undefined) return requireInference(graph);
  const isVanishing = vanishingKinds.has(wrong.kind);
  return fail(
    `node ${quote(wrong.name)}: operator ${quote(wrong.kind)} is not supported; ${isVanishing ? vanishingWayOut(wrong) : wayOut(graph, wrong, isKnown)}`,
  );
}

function vanishingWayOut({ kind }: Node): string {
  switch (kind) {
    case 'BatchNormalization':
      return 'its parameters are computed from data, or give scales that are not finite';
    case 'Dropout':
      return 'it is in training mode, or its mask is used; export the network for inference';
    case 'Einsum':
      return 'only a product of two operands is; write it as MatMul, Transpose and ReduceSum';
    default:
      return 'its parameters are computed from data, or are more than are computed here; export the network with constant parameters, stored in the file';
  }
}

/** Weights that are only stored in half precision have become float32 when this is asked. */
export function requireFullPrecision(types: ReadonlyMap<string, TensorType>): Result<null, string> {
  for (const [name, { elementType }] of types)
    if (elementType === 'float16')
      return fail(
        `tensor ${quote(name)} is float16; export the network in float32 (model.float() in PyTorch)`,
      );
  return ok(null);
}

/** Statistics that are made anew, and masks of dropped values, belong to training. */
function requireInference(graph: Graph): Result<null, string> {
  const training = graph.nodes.find((node) => isTraining(node));
  return training === undefined
    ? ok(null)
    : fail(
        `node ${quote(training.name)}: ${training.kind} is in training mode; export the network for inference (model.eval() in PyTorch)`,
      );
}

function isTraining({ kind, outputs, attributes }: Node): boolean {
  if (kind !== 'BatchNormalization' && kind !== 'Dropout') return false;
  const mode = attributes.get('training_mode');
  return (
    (mode?.kind === 'int' && mode.value === 1) ||
    (kind === 'BatchNormalization' && outputs.slice(1).some((output) => output !== ''))
  );
}

/** Weights that are not numbers come from a broken training or file; whatever is built from them would be broken, too. */
export function requireFinite(graph: Graph): Result<null, string> {
  for (const [name, tensor] of graph.initializers)
    if (!isFinite(tensor))
      return fail(
        `initializer ${quote(name)} has values that are not finite (NaN or infinity); the network is broken`,
      );
  for (const node of graph.nodes) {
    for (const attribute of node.attributes.values()) {
      if (attribute.kind === 'tensor' && !isFinite(attribute.value))
        return fail(
          `node ${quote(node.name)}: its constant has values that are not finite (NaN or infinity); the network is broken`,
        );
    }
  }
  return ok(null);
}

/** A single infinity may be a bound or a padding. */
function isFinite(tensor: Tensor): boolean {
  // All ones in the exponent are infinity or NaN.
  if (tensor.elementType === 'float16')
    return tensor.data.length === 1 || tensor.data.every((bits) => (bits & 0x7c00) !== 0x7c00);
  if (tensor.elementType !== 'float32' && tensor.elementType !== 'float64') return true;
  const { data } = tensor;
  if (data.length === 1) return !Number.isNaN(data[0]);
  for (let index = 0; index < data.length; index += 1)
    if (!Number.isFinite(data[index])) return false;
  return true;
}
