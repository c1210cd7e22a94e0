import { einsumEquation } from '../onnx/einsum';
import { elementCount, intAttribute, type Node, type TensorType } from '../onnx/graph';

/**
 * Multiply-accumulates of one node: products of weights or matrices with data. Sums, pools and activations count none,
 * as in the literature (NAS-Bench-201's "FLOPs" are these).
 */
export function macsOf(
  node: Node,
  inputs: readonly (TensorType | undefined)[],
  output: TensorType | undefined,
): number {
  const [data, weight] = inputs;
  if (data === undefined || weight === undefined || output === undefined) return 0;
  switch (node.kind) {
    case 'Conv':
      // Each output value sums over one output channel's weights.
      return elementCount(output.shape) * elementCount(weight.shape.slice(1));
    case 'ConvTranspose':
      // Each input value is spread by one input channel's weights.
      return elementCount(data.shape) * elementCount(weight.shape.slice(1));
    case 'Gemm':
      return (
        elementCount(output.shape) *
        (data.shape[intAttribute(node, 'transA', 0) === 1 ? 0 : 1] ?? 0)
      );
    case 'MatMul':
      return elementCount(output.shape) * (data.shape.at(-1) ?? 0);
    case 'Einsum':
      return einsumMacs(node, [data.shape, weight.shape]);
    default:
      return 0;
  }
}

/** One for each choice of all indices. */
function einsumMacs(node: Node, shapes: readonly (readonly number[])[]): number {
  const operands = einsumEquation(node)?.operands ?? [];
  const sizes = new Map(
    operands.flatMap((labels, operand) =>
      labels.map((label, axis) => [label, shapes[operand]?.[axis] ?? 1] as const),
    ),
  );
  return operands.length === 2 ? elementCount([...sizes.values()]) : 0;
}
