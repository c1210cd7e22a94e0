import { consumersByTensor, floatAttribute, type Graph, type Node } from '../../onnx/graph';

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

/** What an activation leaves of the numbers: those between the two. */
interface Clamp {
  readonly min: number;
  readonly max: number;
}

/** Of Relu and of Clip with constant limits; undefined for other operators. */
export function clampOf(graph: Graph, node: Node): Clamp | undefined {
  if (node.kind === 'Relu') return { min: 0, max: Infinity };
  if (node.kind !== 'Clip') return undefined;
  const limit = (index: number, name: string, absent: number): number | undefined => {
    const input = node.inputs[index] ?? '';
    if (input === '') return floatAttribute(node, name, absent);
    const constant = graph.initializers.get(input);
    return constant?.elementType === 'float32' ? constant.data[0] : undefined;
  };
  const [min, max] = [limit(1, 'min', -Infinity), limit(2, 'max', Infinity)];
  return min === undefined || max === undefined ? undefined : { min, max };
}

/** Integers clamp at the ends of their range, so an activation that begins at zero (their zero point) needs no operator of its own. */
function isAbsorbed(graph: Graph, node: Node): boolean {
  return clampOf(graph, node)?.min === 0;
}
