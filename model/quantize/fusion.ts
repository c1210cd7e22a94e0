import { consumersByTensor, type Graph } from '../onnx/graph';

/** Operators that runtimes execute together with the activation behind them, so nothing is rounded in between. */
const absorbingKinds: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'Add']);
const absorbedKinds: ReadonlySet<string> = new Set(['Relu', 'Clip']);

/** Operators that only move or average values: their output has the encoding of their first input. */
const sharingKinds: ReadonlySet<string> = new Set([
  'MaxPool', 'AveragePool', 'GlobalAveragePool', 'Flatten', 'Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Identity', 'Slice', 'Split', 'Gather', 'Resize', 'Pad',
  'DepthToSpace', 'SpaceToDepth', 'Expand', 'Tile',
]);

/** Tensors between an operator and the activation that it absorbs: they never exist on the device. */
export function fusedTensors(graph: Graph): ReadonlySet<string> {
  const consumers = consumersByTensor(graph);
  const outputs = new Set(graph.outputs.map((output) => output.name));
  const fused = graph.nodes.filter((node) => absorbingKinds.has(node.kind)).map((node) => node.outputs[0] ?? '').filter((tensor) => {
    const [consumer, ...others] = consumers.get(tensor) ?? [];
    return consumer !== undefined && others.length === 0 && absorbedKinds.has(consumer.kind) && !outputs.has(tensor);
  });
  return new Set(fused);
}

/**
 * Which tensors must have one encoding, as a name for each group: pools and reshapes keep their input's, a concatenation
 * and its inputs have one in common.
 */
export function encodingGroups(graph: Graph, isQuantized: (tensor: string) => boolean): (tensor: string) => string {
  const parents = new Map<string, string>();
  const root = (tensor: string): string => {
    let current = tensor;
    for (let parent = parents.get(current); parent !== undefined; parent = parents.get(current)) current = parent;
    return current;
  };
  const join = (first: string, second: string): void => {
    if (isQuantized(first) && isQuantized(second) && root(first) !== root(second)) parents.set(root(second), root(first));
  };
  for (const node of graph.nodes) {
    const joined = node.kind === 'Concat' ? [...node.inputs, ...node.outputs] : sharingKinds.has(node.kind) ? [node.inputs[0] ?? '', ...node.outputs] : [];
    const [first, ...others] = joined;
    for (const other of others) join(first ?? '', other);
  }
  return root;
}
