import { evaluate } from '../../onnx/evaluate/evaluate';
import { elementCount, type Graph, type Node, type Tensor, type TensorType } from '../../onnx/graph';
import { withoutDead } from '../rewrite';
import type { GraphView } from '../view';

/** What a node may make larger than its inputs; beyond it a small file could ask for any amount of memory. */
const mostMadeElements = 2 ** 22;

/** Computes what does not depend on the inputs: constants as nodes, shape arithmetic, reshaped and transposed weights. */
export function foldConstants(view: GraphView): Graph {
  const constants = new Map(view.graph.initializers);
  const nodes = view.graph.nodes.filter((node) => {
    const tensors = constantOutputs(view, node, constants);
    tensors?.forEach((tensor, index) => constants.set(node.outputs[index] ?? '', tensor));
    return tensors === undefined;
  });
  return nodes.length === view.graph.nodes.length ? view.graph : withoutDead({ ...view.graph, nodes, initializers: constants });
}

function constantOutputs(view: GraphView, node: Node, constants: ReadonlyMap<string, Tensor>): readonly Tensor[] | undefined {
  const outputs = node.outputs.map((output) => view.types.get(output)).filter((type): type is TensorType => type !== undefined);
  const given = node.inputs.reduce((total, input) => total + (constants.get(input)?.data.length ?? 0), 0);
  if (outputs.length !== node.outputs.length || outputs.some(({ shape }) => elementCount(shape) > Math.max(mostMadeElements, given))) return undefined;
  return evaluate({ node, outputs, constant: (index) => constants.get(node.inputs[index] ?? ''), inputType: (index) => view.types.get(node.inputs[index] ?? '') });
}
