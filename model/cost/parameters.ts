import { elementCount, type Graph, type Node, type Tensor } from '../onnx/graph';

/** Inputs that are constants by ONNX's design but settings of the operator, not weights; by operator, the first such input and all after it. */
const firstSetting: ReadonlyMap<string, number> = new Map([
  ['Clip', 1],
  ['Pad', 1],
  ['Resize', 1],
  ['Upsample', 1],
  ['QuantizeLinear', 1],
  ['DequantizeLinear', 1],
  ['Pow', 1],
]);

/**
 * The weights that a node reads. Indices, shapes (64-bit integers) and single numbers (a scale, an epsilon) are none, so that
 * the count of a network is that of its paper, less what folded batch normalizations merged (two numbers per channel become one bias).
 */
export function parametersOf(graph: Graph, node: Node): readonly string[] {
  const settings = firstSetting.get(node.kind) ?? node.inputs.length;
  return [...new Set(node.inputs.slice(0, settings))].filter((input) => {
    const tensor = graph.initializers.get(input);
    return tensor !== undefined && isWeight(tensor);
  });
}

function isWeight({ elementType, shape }: Tensor): boolean {
  return (
    elementType !== 'int64' && elementType !== 'bool' && shape.length > 0 && elementCount(shape) > 0
  );
}
