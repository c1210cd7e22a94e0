import type { Graph, Node } from '../../../../model/onnx/graph';
import type { GraphOperator } from './graph_operator';
import { imageOperators } from './image_operators';
import { pointwiseOperators } from './pointwise_operators';
import { shapeOperators } from './shape_operators';
import { tokenOperators } from './token_operators';

const operators: ReadonlyMap<string, GraphOperator> = new Map(
  [imageOperators, pointwiseOperators, shapeOperators, tokenOperators].flatMap((table) =>
    Object.entries(table),
  ),
);

/** Undefined for one that cannot be trained through. */
export function operatorOf(node: Node, graph: Graph): GraphOperator | undefined {
  const isConstant = node.inputs.every((input) => graph.initializers.has(input));
  return isConstant ? undefined : operators.get(node.kind);
}
