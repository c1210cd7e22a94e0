import type { Graph, Node } from '../onnx/graph';
import { plain } from '../onnx/quote';

const recurrent = 'no recurrent layer is; choose a network without them';
const quantized = 'the network is already quantized; give the float network';
/** Where something else helps than leaving the operator out. */
const remedies: ReadonlyMap<string, string> = new Map([
  ...['LSTM', 'GRU', 'RNN'].map((kind) => [kind, recurrent] as const),
  ...[
    'QuantizeLinear',
    'DequantizeLinear',
    'DynamicQuantizeLinear',
    'QLinearConv',
    'QLinearMatMul',
    'ConvInteger',
    'MatMulInteger',
  ].map((kind) => [kind, quantized] as const),
  ['GroupNormalization', 'export it as InstanceNormalization (opset 17 does)'],
  ['Attention', 'export attention as MatMul and Softmax (opset 21 does)'],
]);

/** Their outputs' shapes depend on data. */
const selectingKinds: ReadonlySet<string> = new Set([
  'NonMaxSuppression',
  'TopK',
  'RoiAlign',
  'NonZero',
  'Unique',
  'MaxRoiPool',
  'Compress',
]);
const drawingKinds: ReadonlySet<string> = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);
const layerKinds: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** As many fit into a line that can still be read. */
const mostNames = 8;

/** What helps a network with an operator that no one downstream knows: half a line, which fits the operator's place in this network. */
export function wayOut(graph: Graph, node: Node, isKnown: (node: Node) => boolean): string {
  const { kind } = node;
  const remedy = remedies.get(kind);
  if (remedy !== undefined) return remedy;
  if (kind.startsWith('com.microsoft.'))
    return "it comes from ONNX Runtime's optimizer; give the network as it was exported";
  if (kind.includes('.'))
    return 'it is of a domain of its own; export the network with standard ONNX operators';
  if (selectingKinds.has(kind))
    return `what it gives depends on data; ${cut(graph, isKnown, 'choose a network without it')}`;
  if (drawingKinds.has(kind))
    return `it draws numbers; ${cut(graph, isKnown, 'choose a network without it')}`;
  return cut(graph, isKnown, 'replace it in the network');
}

/** How to leave out all that is not known here, with all that follows from it; `other` is what helps where layers follow. */
function cut(graph: Graph, isKnown: (node: Node) => boolean, other: string): string {
  const { tail, ends } = withoutTail(graph, isKnown);
  const layers = graph.nodes.filter(({ kind }) => layerKinds.has(kind)).length;
  const behind = tail.filter(({ kind }) => layerKinds.has(kind)).length;
  if (ends.length === 0) return `nothing of the network stands before it: ${other}`;
  const inputs = listed(graph.inputs.map((input) => input.name));
  const command = `onnx.utils.extract_model(IN, OUT, ${inputs}, ${listed(ends)})`;
  if (behind === 0)
    return `export the network without this post-processing, or cut it off: ${command}`;
  return `${String(behind)} of the network's ${String(layers)} layers stand behind it: ${other}, or take the part before it: ${command}`;
}

/** Nodes that are not known or need one that is not, and the tensors at which the others end. */
function withoutTail(
  graph: Graph,
  isKnown: (node: Node) => boolean,
): { readonly tail: readonly Node[]; readonly ends: readonly string[] } {
  const lost = new Set<string>();
  const kept = new Set<string>();
  const tail: Node[] = [];
  for (const node of graph.nodes) {
    const isLost = !isKnown(node) || node.inputs.some((input) => lost.has(input));
    if (isLost) tail.push(node);
    for (const output of node.outputs) (isLost ? lost : kept).add(output);
  }
  const computed = fromInputs(graph);
  const read = [
    ...tail.flatMap((node) => node.inputs),
    ...graph.outputs.map((output) => output.name),
  ];
  return {
    tail,
    ends: [...new Set(read)].filter((tensor) => kept.has(tensor) && computed.has(tensor)),
  };
}

/** Tensors that depend on an input's values: others are constants, or tell of shapes, whichever nodes make them. */
function fromInputs(graph: Graph): ReadonlySet<string> {
  const found = new Set(graph.inputs.map((input) => input.name));
  for (const node of graph.nodes) {
    if (
      node.kind !== 'Shape' &&
      node.kind !== 'Size' &&
      node.inputs.some((input) => found.has(input))
    )
      for (const output of node.outputs) found.add(output);
  }
  return found;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map((name) => `'${plain(name)}'`);
  return `[${[...shown, ...(names.length > mostNames ? ['…'] : [])].join(', ')}]`;
}
