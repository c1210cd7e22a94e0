import { clampOf } from '../../onnx/clamp';
import { consumersByTensor, type Graph, type Node } from '../../onnx/graph';

/** Operators that runtimes execute together with the activation behind them, so nothing is rounded in between. */
const absorbingKinds: ReadonlySet<string> = new Set([
  'Conv',
  'ConvTranspose',
  'Gemm',
  'MatMul',
  'Add',
]);

/** Tensors between an operator and the activation that it absorbs: they never exist on the device. */
export function fusedTensors(graph: Graph): ReadonlySet<string> {
  const consumers = consumersByTensor(graph);
  const outputs = new Set(graph.outputs.map((output) => output.name));
  const fused = graph.nodes
    .filter((node) => absorbingKinds.has(node.kind))
    .map((node) => node.outputs[0] ?? '')
    .filter((tensor) => {
      const [consumer, ...others] = consumers.get(tensor) ?? [];
      return (
        consumer !== undefined &&
        others.length === 0 &&
        isAbsorbed(graph, consumer) &&
        !outputs.has(tensor)
      );
    });
  return new Set(fused);
}

/** Integers clamp at the ends of their range, so an activation that begins at zero (their zero point) needs no operator of its own. */
function isAbsorbed(graph: Graph, node: Node): boolean {
  return clampOf(graph, node)?.min === 0;
}
