import type { Graph } from '../../onnx/graph';
import type { QuantizerPlacement } from './placement';

/** Their outputs' values are values of their first input, or lie between them. */
const subsetKinds: ReadonlySet<string> = new Set([
  'MaxPool',
  'Flatten',
  'Reshape',
  'Transpose',
  'Squeeze',
  'Unsqueeze',
  'Identity',
  'Slice',
  'Split',
  'DepthToSpace',
  'SpaceToDepth',
  'Expand',
  'Tile',
  'GlobalMaxPool',
  'ReduceMax',
  'ReduceMin',
]);

/** The activations whose ranges must be measured: not those that an operator fixes, nor those that only hold what another holds and share its encoding. */
export function observedActivations(
  graph: Graph,
  { activations, groups }: QuantizerPlacement,
): readonly string[] {
  const moved = new Set(
    graph.nodes.filter((node) => subsetKinds.has(node.kind)).flatMap((node) => node.outputs),
  );
  return activations.filter((tensor) => !moved.has(tensor) && groups.fixed(tensor) === undefined);
}
