import type { Graph, Node } from '../../onnx/graph';
import { stringAttribute } from '../../onnx/graph';
import { haveOneGrid, type Encoding } from '../encoding/encoding';
import { createDisjointSets } from './disjoint_sets';

/** Operators that only move values or pick neighbours: their outputs have the encoding of their first input. */
const sharingKinds: ReadonlySet<string> = new Set([
  'MaxPool',
  'GlobalMaxPool',
  'ReduceMax',
  'ReduceMin',
  'Flatten',
  'Reshape',
  'Transpose',
  'Squeeze',
  'Unsqueeze',
  'Identity',
  'Slice',
  'Split',
  'Gather',
  'Resize',
  'Pad',
  'DepthToSpace',
  'SpaceToDepth',
  'Expand',
  'Tile',
]);

/** What decides which tensors must have one encoding. */
interface GroupedTensors {
  readonly isQuantized: (tensor: string) => boolean;
  /** Encodings that come from the operator. A tensor's group has it too. */
  readonly fixed: ReadonlyMap<string, Encoding>;
}

export interface EncodingGroups {
  /** Equal for the tensors that have one encoding. */
  readonly of: (tensor: string) => string;
  readonly fixed: (tensor: string) => Encoding | undefined;
}

/** An operator that gives several tensors, or one and a constant, to one output: an operand in another encoding is converted before it. */
export interface Joint {
  readonly output: string;
  readonly operands: readonly string[];
  /** Whether it adds no values of its own. */
  readonly holdsOperands: boolean;
}

/** Whether all that comes out of the node is, or lies between, values of its first input. */
export function onlyMoves(graph: Graph, node: Node): boolean {
  if (!sharingKinds.has(node.kind)) return false;
  const mode = stringAttribute(node, 'mode', '');
  if (node.kind === 'Resize') {
    return (
      mode !== 'cubic' &&
      stringAttribute(node, 'coordinate_transformation_mode', '') !== 'tf_crop_and_resize'
    );
  }
  return node.kind !== 'Pad' || !['', 'constant'].includes(mode) || padsWithZero(graph, node);
}

/** Whether the node computes values between those of its input, and rounds them. */
export function interpolates(node: Node): boolean {
  return node.kind === 'Resize' && stringAttribute(node, 'mode', 'nearest') !== 'nearest';
}

function padsWithZero(graph: Graph, node: Node): boolean {
  const name = node.inputs[2] ?? '';
  return name === '' || Number(graph.initializers.get(name)?.data[0] ?? NaN) === 0;
}

/** Concatenations, and what fills in or overshoots: a pad by a constant, a cubic resize. */
export function jointOf(graph: Graph, node: Node): Joint | undefined {
  const [output = ''] = node.outputs;
  if (node.kind === 'Concat') return { output, operands: node.inputs, holdsOperands: true };
  return sharingKinds.has(node.kind) && !onlyMoves(graph, node)
    ? { output, operands: node.inputs.slice(0, 1), holdsOperands: false }
    : undefined;
}

/**
 * Which tensors must have one encoding: what only moves values keeps its input's, and a concatenation of tensors with one fixed
 * encoding has it too. Whether other concatenations and their operands have one depends on their ranges (shared_encodings.ts).
 */
export function encodingGroups(
  graph: Graph,
  { isQuantized, fixed }: GroupedTensors,
): EncodingGroups {
  const groups = createDisjointSets();
  const fixedByRoot = new Map(fixed);
  const join = (first: string, second: string): void => {
    if (!isQuantized(first) || !isQuantized(second)) return;
    const encoding = fixedByRoot.get(groups.of(first)) ?? fixedByRoot.get(groups.of(second));
    groups.join(first, second);
    if (encoding !== undefined) fixedByRoot.set(groups.of(first), encoding);
  };
  for (const node of graph.nodes) {
    if (onlyMoves(graph, node))
      for (const output of node.outputs) join(node.inputs[0] ?? '', output);
    if (node.kind !== 'Concat') continue;
    const [first, ...others] = node.inputs.map((tensor) => fixedByRoot.get(groups.of(tensor)));
    const isFixed =
      first !== undefined &&
      others.every((other) => other !== undefined && haveOneGrid(first, other));
    if (isFixed) for (const input of node.inputs) join(input, node.outputs[0] ?? '');
  }
  return { of: groups.of, fixed: (tensor) => fixedByRoot.get(groups.of(tensor)) };
}
