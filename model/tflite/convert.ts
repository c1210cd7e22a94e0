import { liveNodes, type Graph, type TensorType } from '../onnx/graph';
import { plain } from '../onnx/quote';
import { plainOptions } from './file/builtin_options';
import type { TfliteDraft } from './file/draft';
import { storedElementType, storedZeroPoint } from './lowering/integer_storage';
import { channelsLast, plainLayout, type Layout } from './lowering/layout';
import { activationFamily } from './operators/activation';
import { convolutionFamily } from './operators/convolution';
import { elementwiseFamily } from './operators/elementwise';
import { inputOf, outputOf, type Lower } from './operators/family';
import { indexFamily } from './operators/indices';
import { matrixFamily } from './operators/matrix';
import { movementFamily } from './operators/movement';
import { normalizationFamily } from './operators/normalization';
import { poolFamily } from './operators/pool';
import { realNumberFamily } from './operators/real_numbers';
import { resizeFamily } from './operators/resize';
import { Lowering } from './lowering/lowering';
import { quantizedSteps, type Operand, type Step } from './lowering/quantized_steps';
import { Unsupported } from './lowering/unsupported';

const families: ReadonlyMap<string, Lower> = new Map(
  Object.entries({
    ...convolutionFamily,
    ...matrixFamily,
    ...elementwiseFamily,
    ...activationFamily,
    ...poolFamily,
    ...movementFamily,
    ...resizeFamily,
    ...normalizationFamily,
    ...indexFamily,
    ...realNumberFamily,
    QuantizeLinear: quantize,
    DequantizeLinear: dequantize,
  }),
);

/** So many kinds fit into one line. */
const mostNamed = 8;

/** Operators that end in a clamp of their own making when an activation follows. */
const fusingKinds: ReadonlySet<string> = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'Add',
  'Sub',
  'Mul',
  'Div',
]);

/** The TFLite model of a QDQ graph. @throws Unsupported */
export function draftOf(graph: Graph, types: ReadonlyMap<string, TensorType>): TfliteDraft {
  const to = new Lowering();
  const operandOf = ({ name }: { readonly name: string }): Operand => ({
    name,
    shape: types.get(name)?.shape ?? [],
    elementType: types.get(name)?.elementType ?? 'float32',
  });
  const [inputs, outputs] = [graph.inputs.map(operandOf), graph.outputs.map(operandOf)];
  const inputIndices = inputs.map((input) => to.make(input, edgeLayout(input)));
  requireKnown(graph);
  for (const step of quantizedSteps(graph, types)) lower(step, to);
  return to.finish(
    graph.name,
    inputIndices,
    outputs.map((output) => to.read(output, edgeLayout(output))),
  );
}

/** All at once: whoever replaces one operator wants to know of the others. */
function requireKnown(graph: Graph): void {
  const unknown = liveNodes(graph).filter(({ kind }) => !families.has(kind));
  const [first] = unknown;
  if (first === undefined) return;
  const others = [...new Set(unknown.map(({ kind }) => plain(kind)))].filter(
    (kind) => kind !== plain(first.kind),
  );
  const also =
    others.length === 0
      ? ''
      : ` (nor are its ${others.slice(0, mostNamed).join(', ')}${others.length > mostNamed ? ', …' : ''})`;
  throw new Unsupported(
    first,
    `the operator is not written to TFLite${also}; replace it in the network, cut the network before it, or deploy the ONNX model`,
  );
}

function lower(step: Step, to: Lowering): void {
  const { node } = step;
  const family = families.get(node.kind);
  if (family === undefined) throw new Unsupported(node, 'the operator is not written to TFLite');
  if (step.clamp !== undefined && !fusingKinds.has(node.kind))
    throw new Unsupported(node, 'the activation behind it needs an input that is quantized');
  if (step.outputs.length > 1 && node.kind !== 'Split')
    throw new Unsupported(
      node,
      'its further outputs have no equal in TFLite; export the network without them',
    );
  for (const operand of [...step.inputs, ...step.outputs])
    if (operand !== undefined) requireSymmetric(step, operand);
  family(step, to);
}

function requireSymmetric({ node }: Step, operand: Operand): void {
  if (storedElementType(operand) !== 'int16' || storedZeroPoint(operand) === 0) return;
  throw new Unsupported(
    node,
    `tensor ${operand.name.slice(0, 100)} has the zero point ${operand.quantization?.zeroPoint ?? 0}; TFLite's 16-bit activations are symmetric (zero point 32768): quantize to w8a8, or deploy the ONNX model`,
  );
}

/** Four dimensions are an image's. */
function edgeLayout(operand: Operand): Layout {
  return operand.shape.length === 4 ? channelsLast : plainLayout(operand.shape.length);
}

/** Also between two encodings. */
function quantize(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const layout = to.layoutOf(input);
  to.emit({
    kind: 'QUANTIZE',
    inputs: [to.read(input, layout)],
    outputs: [to.make(output, layout)],
    options: plainOptions.QUANTIZE,
  });
}

function dequantize(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const layout = edgeLayout(output);
  to.emit({
    kind: 'DEQUANTIZE',
    inputs: [to.read(input, layout)],
    outputs: [to.make(output, layout)],
    options: plainOptions.DEQUANTIZE,
  });
}
