import { ownValue } from '../../common/own_value';
import { fail, ok, type Result } from '../../common/result';
import type { Graph, Node, Tensor, TensorType } from '../onnx/graph';
import { quote } from '../onnx/quote';

/** What the canonical form may consist of, next to operators that vanish on the way to it. */
const canonicalKinds: ReadonlySet<string> = new Set([
  'Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'MaxPool', 'AveragePool', 'LpPool', 'GlobalAveragePool', 'GlobalMaxPool',
  'Relu', 'LeakyRelu', 'PRelu', 'Clip', 'Sigmoid', 'HardSigmoid', 'HardSwish', 'Tanh', 'Elu', 'Selu', 'Celu', 'Softplus', 'Softsign', 'Mish', 'Gelu', 'Erf', 'Exp', 'Log', 'Sqrt', 'Reciprocal',
  'Abs', 'Neg', 'Floor', 'Ceil', 'Round', 'Sign', 'Sin', 'Cos', 'Not', 'Softmax', 'LogSoftmax', 'Hardmax', 'LayerNormalization', 'InstanceNormalization', 'LpNormalization', 'LRN',
  'Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Mean', 'Mod', 'And', 'Or', 'Xor', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Where',
  'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Concat', 'Split', 'Slice', 'Gather', 'GatherElements', 'GatherND', 'ScatterElements', 'ScatterND', 'Pad', 'Resize', 'Expand', 'Tile', 'DepthToSpace', 'SpaceToDepth',
  'ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare', 'ReduceLogSum', 'ReduceLogSumExp', 'ArgMax', 'ArgMin', 'Cast', 'CumSum', 'Trilu', 'Identity',
]);
const vanishingKinds: ReadonlySet<string> = new Set(['Constant', 'ConstantOfShape', 'Shape', 'Size', 'Range', 'Dropout', 'BatchNormalization', 'Sum', 'Upsample', 'Scatter', 'Einsum']);

const postprocessing = 'export the network without its post-processing';
const recurrent = 'recurrent layers are not supported; choose a network without them';
const quantized = 'the network is already quantized; give the float network and quantize it with farm quantize';
const waysOut: Readonly<Record<string, string>> = {
  NonMaxSuppression: postprocessing, TopK: postprocessing, RoiAlign: postprocessing, NonZero: postprocessing, Unique: postprocessing, MaxRoiPool: postprocessing,
  LSTM: recurrent, GRU: recurrent, RNN: recurrent,
  QuantizeLinear: quantized, DequantizeLinear: quantized, DynamicQuantizeLinear: quantized, QLinearConv: quantized, QLinearMatMul: quantized, ConvInteger: quantized, MatMulInteger: quantized,
  GroupNormalization: 'export it as InstanceNormalization (opset 17 does)',
  BatchNormalization: 'its parameters are computed from data, or give scales that are not finite',
  Dropout: 'it is in training mode, or its mask is used; export the network for inference',
  Einsum: 'only a product of two operands is; write it as MatMul, Transpose and ReduceSum',
  Attention: 'export attention as MatMul and Softmax (opset 21 does)',
};

/** Refuses operators that no one downstream knows, by node; `mustHaveVanished` after the passes have run. */
export function requireSupported(graph: Graph, mustHaveVanished: boolean): Result<null, string> {
  const wrong = graph.nodes.find(({ kind }) => !canonicalKinds.has(kind) && (mustHaveVanished || !vanishingKinds.has(kind)));
  return wrong === undefined ? requireInference(graph) : fail(`node ${quote(wrong.name)}: operator ${quote(wrong.kind)} is not supported; ${wayOut(wrong)}`);
}

function wayOut({ kind }: Node): string {
  const known = ownValue(waysOut, kind);
  if (known !== undefined) return known;
  if (kind.startsWith('com.microsoft.')) return "it comes from ONNX Runtime's optimizer; give the network as it was exported";
  if (kind.includes('.')) return 'it is of a domain of its own; export the network with standard ONNX operators';
  if (vanishingKinds.has(kind)) return 'its parameters are computed from data; export the network with constant parameters';
  return 'replace it in the network, or cut the network before it';
}

/** Weights that are only stored in half precision have become float32 when this is asked. */
export function requireFullPrecision(types: ReadonlyMap<string, TensorType>): Result<null, string> {
  for (const [name, { elementType }] of types) if (elementType === 'float16') return fail(`tensor ${quote(name)} is float16; export the network in float32 (model.float() in PyTorch)`);
  return ok(null);
}

/** Statistics that are made anew, and masks of dropped values, belong to training. */
function requireInference(graph: Graph): Result<null, string> {
  const training = graph.nodes.find((node) => isTraining(node));
  return training === undefined ? ok(null) : fail(`node ${quote(training.name)}: ${training.kind} is in training mode; export the network for inference (model.eval() in PyTorch)`);
}

function isTraining({ kind, outputs, attributes }: Node): boolean {
  if (kind !== 'BatchNormalization' && kind !== 'Dropout') return false;
  const mode = attributes.get('training_mode');
  return (mode?.kind === 'int' && mode.value === 1) || (kind === 'BatchNormalization' && outputs.slice(1).some((output) => output !== ''));
}

/** Weights that are not numbers come from a broken training or file; whatever is built from them would be broken, too. */
export function requireFinite(graph: Graph): Result<null, string> {
  for (const [name, tensor] of graph.initializers) if (!isFinite(tensor)) return fail(`initializer ${quote(name)} has values that are not finite (NaN or infinity); the network is broken`);
  for (const node of graph.nodes) {
    for (const attribute of node.attributes.values()) {
      if (attribute.kind === 'tensor' && !isFinite(attribute.value)) return fail(`node ${quote(node.name)}: its constant has values that are not finite (NaN or infinity); the network is broken`);
    }
  }
  return ok(null);
}

/** A single infinity may be a bound or a padding. */
function isFinite(tensor: Tensor): boolean {
  // All ones in the exponent are infinity or NaN.
  if (tensor.elementType === 'float16') return tensor.data.length === 1 || tensor.data.every((bits) => (bits & 0x7c00) !== 0x7c00);
  if (tensor.elementType !== 'float32' && tensor.elementType !== 'float64') return true;
  const { data } = tensor;
  if (data.length === 1) return !Number.isNaN(data[0]);
  for (let index = 0; index < data.length; index += 1) if (!Number.isFinite(data[index])) return false;
  return true;
}
