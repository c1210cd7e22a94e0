import { einsumEquation, type Labels } from '../../onnx/einsum';
import { elementCount, type Graph, type Node } from '../../onnx/graph';
import { ints } from '../../onnx/graph_builder';
import { int64List } from '../rewriting/constants';
import { rewrite, type Maker, type NodeReplacement } from '../rewriting/rewrite';
import type { GraphView } from '../rewriting/view';

/** A product of two tensors by index labels is a MatMul between transposes and reshapes; most of them vanish later. */
export function einsumToMatMul(view: GraphView): Graph {
  return rewrite(view, (node, make) =>
    node.kind === 'Einsum' ? matMul(view, node, make) : undefined,
  );
}

function matMul(view: GraphView, node: Node, make: Maker): NodeReplacement | undefined {
  const equation = einsumEquation(node);
  const [a, b] = equation?.operands ?? [];
  if (
    equation === undefined ||
    a === undefined ||
    b === undefined ||
    equation.operands.length !== 2
  )
    return undefined;
  const { result } = equation;
  const summedAlone = [...a, ...b].some(
    (label) => a.includes(label) !== b.includes(label) && !result.includes(label),
  );
  if (summedAlone) return undefined;
  const batch = a.filter((label) => b.includes(label) && result.includes(label));
  const inner = a.filter((label) => b.includes(label) && !result.includes(label));
  const rows = a.filter((label) => !b.includes(label));
  const columns = b.filter((label) => !a.includes(label));
  const sizes = new Map(
    [a, b].flatMap((operand, index) =>
      operand.map(
        (label, axis) => [label, view.shape(node.inputs[index] ?? '')[axis] ?? 1] as const,
      ),
    ),
  );
  const sizesOf = (labels: Labels): readonly number[] =>
    labels.map((label) => sizes.get(label) ?? 1);
  const matrices = (
    index: number,
    labels: Labels,
    [first, second]: readonly [Labels, Labels],
  ): string => {
    const turned = make.node(`operand.${index}`, 'Transpose', [node.inputs[index] ?? ''], {
      perm: ints(...[...batch, ...first, ...second].map((label) => labels.indexOf(label))),
    });
    const shape = [...sizesOf(batch), elementCount(sizesOf(first)), elementCount(sizesOf(second))];
    return make.node(`matrix.${index}`, 'Reshape', [
      turned,
      make.constant(`shape.${index}`, int64List(shape)),
    ]);
  };
  const product = make.node('product', 'MatMul', [
    matrices(0, a, [rows, inner]),
    matrices(1, b, [inner, columns]),
  ]);
  const order = [...batch, ...rows, ...columns];
  const wide = make.node('wide', 'Reshape', [
    product,
    make.constant('shape', int64List(sizesOf(order))),
  ]);
  return make.last('Transpose', [wide], {
    perm: ints(...result.map((label) => order.indexOf(label))),
  });
}
