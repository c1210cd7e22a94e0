import type { Graph } from '../onnx/graph';
import type { Encoding } from './encoding';
import { clampOf, fusedTensors } from './fusion';

/** Operators that only move values or pick neighbours: their outputs have the encoding of their first input. */
const sharingKinds: ReadonlySet<string> = new Set([
  'MaxPool', 'Flatten', 'Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Identity', 'Slice', 'Split', 'Gather', 'Resize', 'Pad',
  'DepthToSpace', 'SpaceToDepth', 'Expand', 'Tile',
]);

/** What decides which tensors may have one encoding. */
export interface GroupedTensors {
  readonly isQuantized: (tensor: string) => boolean;
  /** Encodings that come from the operator. A tensor's group may have it too, but a concatenation with others may not. */
  readonly fixed: ReadonlyMap<string, Encoding>;
}

export interface EncodingGroups {
  /** Equal for the tensors that have one encoding. */
  readonly of: (tensor: string) => string;
  readonly fixed: (tensor: string) => Encoding | undefined;
}

/**
 * Which tensors must have one encoding: pools and reshapes keep their input's, a concatenation and its inputs have one in
 * common. Not so inputs that are fixed, or that an activation clamped, among others: they are converted to it.
 */
export function encodingGroups(graph: Graph, { isQuantized, fixed }: GroupedTensors): EncodingGroups {
  const parents = new Map<string, string>();
  const fixedByRoot = new Map(fixed);
  const claims = new Map<string, string>([...clamped(graph), ...[...fixed].map(([tensor, { scale, zeroPoint }]) => [tensor, `${String(scale)} ${String(zeroPoint)}`] as const)]);
  const root = (tensor: string): string => {
    let current = tensor;
    for (let parent = parents.get(current); parent !== undefined; parent = parents.get(current)) current = parent;
    return current;
  };
  const join = (first: string, second: string): void => {
    const [kept, joined] = [root(first), root(second)];
    if (!isQuantized(first) || !isQuantized(second) || kept === joined) return;
    const encoding = fixedByRoot.get(kept) ?? fixedByRoot.get(joined);
    const claim = claims.get(kept) ?? claims.get(joined);
    if (encoding !== undefined) fixedByRoot.set(kept, encoding);
    if (claim !== undefined) claims.set(kept, claim);
    parents.set(joined, kept);
  };
  for (const node of graph.nodes) {
    if (sharingKinds.has(node.kind)) for (const output of node.outputs) join(node.inputs[0] ?? '', output);
  }
  for (const node of graph.nodes) {
    if (node.kind !== 'Concat') continue;
    const alike = new Set(node.inputs.map((tensor) => claims.get(root(tensor)))).size === 1;
    for (const input of node.inputs) if (alike || !claims.has(root(input))) join(node.outputs[0] ?? '', input);
  }
  return { of: root, fixed: (tensor) => fixedByRoot.get(root(tensor)) };
}

/** Outputs of fused activations: the ends of their encoding do the clamping, so it must not be widened. */
function clamped(graph: Graph): (readonly [string, string])[] {
  const fused = fusedTensors(graph);
  return graph.nodes.flatMap((node) => {
    const clamp = fused.has(node.inputs[0] ?? '') ? clampOf(graph, node) : undefined;
    return clamp === undefined ? [] : [[node.outputs[0] ?? '', `${String(clamp.min)} to ${String(clamp.max)}`] as const];
  });
}
