import { intAttribute, type Float32Tensor, type Graph, type Node } from '../../../model/onnx/graph';
import { asIs, convLayout, denseLayout, depthwiseLayout, type WeightLayout } from './layout';
import type { Parameter } from './parameter';

/** Operands of these are scalars and bounds that nothing trains. */
const untrained: ReadonlySet<string> = new Set(['Clip', 'Pad', 'Resize']);

/** The float constants of a graph that training may change, each by its initializer's name. */
export function graphParameters(graph: Graph): readonly Parameter[] {
  const found = new Map<string, Parameter>();
  for (const node of graph.nodes) {
    if (untrained.has(node.kind)) continue;
    node.inputs.forEach((name, index) => {
      const tensor = graph.initializers.get(name);
      if (tensor?.elementType === 'float32' && tensor.data.length > 1 && !found.has(name))
        found.set(name, parameterOf(name, tensor, { node, index }));
    });
  }
  return [...found.values()];
}

function parameterOf(
  name: string,
  { shape, data }: Float32Tensor,
  use: { readonly node: Node; readonly index: number },
): Parameter {
  const layout = layoutOf(shape, use);
  const isWeight = use.index === 1 && shape.length > 1;
  return {
    name,
    shape: layout.shapeOf(shape),
    kind: isWeight ? 'weight' : 'offset',
    initial: layout.imported({ data, shape }),
    exported: (values) => layout.exported(values, shape),
  };
}

function layoutOf(
  shape: readonly number[],
  { node, index }: { readonly node: Node; readonly index: number },
): WeightLayout {
  if (index !== 1) return asIs;
  if (node.kind === 'Conv') {
    const groups = intAttribute(node, 'group', 1);
    return groups > 1 && groups === shape[0] && shape[1] === 1 ? depthwiseLayout : convLayout;
  }
  return node.kind === 'Gemm' && intAttribute(node, 'transB', 0) === 1 ? denseLayout : asIs;
}
