import { intsAttribute, type Graph, type Node } from '../../onnx/graph';
import { ints } from '../../onnx/graph_builder';
import { int64List, integersOf } from '../rewriting/constants';
import { rewrite, type Maker, type NodeReplacement } from '../rewriting/rewrite';
import type { GraphView } from '../rewriting/view';

const reshapingKinds: ReadonlySet<string> = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/** Two reshapes in a row are one, two transposes likewise; a Reshape says its whole shape, a Transpose that moves nothing in memory is a Reshape. */
export function mergeMoves(view: GraphView): Graph {
  return rewrite(view, (node, make) => {
    if (reshapingKinds.has(node.kind)) return mergedReshape(view, node, make);
    return node.kind === 'Transpose' ? mergedTranspose(view, node, make) : undefined;
  });
}

function mergedReshape(view: GraphView, node: Node, make: Maker): NodeReplacement | undefined {
  const [input = ''] = node.inputs;
  const before = view.maker(input);
  const shape = view.shape(node.outputs[0] ?? '');
  const target = node.kind === 'Reshape' ? integersOf(view, node.inputs[1] ?? '') : shape;
  const isWhole =
    target?.length === shape.length &&
    target.every((size, axis) => size === shape[axis]) &&
    !node.attributes.has('allowzero');
  const follows = before !== undefined && reshapingKinds.has(before.kind);
  if (!follows && (isWhole || target === undefined)) return undefined;
  return make.last('Reshape', [
    follows ? (before.inputs[0] ?? '') : input,
    make.constant('shape', int64List(shape)),
  ]);
}

function mergedTranspose(view: GraphView, node: Node, make: Maker): NodeReplacement | undefined {
  const [input = ''] = node.inputs;
  const shape = view.shape(input);
  const order = orderOf(view, node);
  // Dimensions of one element may go anywhere.
  const wide = order.filter((axis) => shape[axis] !== 1);
  if (wide.every((axis, index) => index === 0 || axis > (wide[index - 1] ?? 0)))
    return make.last('Reshape', [
      input,
      make.constant('shape', int64List(view.shape(node.outputs[0] ?? ''))),
    ]);
  const before = view.maker(input);
  if (before?.kind !== 'Transpose') return undefined;
  const first = orderOf(view, before);
  return make.last('Transpose', [before.inputs[0] ?? ''], {
    perm: ints(...order.map((axis) => first[axis] ?? 0)),
  });
}

function orderOf(view: GraphView, node: Node): readonly number[] {
  return (
    intsAttribute(node, 'perm') ??
    view
      .shape(node.inputs[0] ?? '')
      .map((_, axis) => axis)
      .reverse()
  );
}
