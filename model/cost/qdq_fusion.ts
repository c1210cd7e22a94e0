import { consumersByTensor, type Graph, type Node } from '../onnx/graph';
import { fusedTensors } from '../quantize/placement/fusion';

/** A graph as a device with 8-bit kernels runs it. */
export interface FusedExecution {
  /** The operators that run, in order. */
  readonly operators: readonly Node[];
  /** The tensor that really exists in memory for a name in the graph: of a Q/DQ pair the integers. */
  readonly stored: (tensor: string) => string;
}

/**
 * A DequantizeLinear fuses into the operators that read it; a QuantizeLinear into the operator whose only reader it is,
 * and with it an activation that nothing separates from the operator before it. What stays are conversions at the graph's edges and between encodings.
 */
export function fuseQdq(graph: Graph, nodes: readonly Node[]): FusedExecution {
  const live = { ...graph, nodes };
  const consumers = consumersByTensor(live);
  const beforeActivation = fusedTensors(live);
  const absorbed = new Set<Node>();
  const outputs = new Set(graph.outputs.map((output) => output.name));
  const makers = new Map(
    nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const alias = new Map<string, string>();
  const operators = nodes.filter((node) => {
    const [input = ''] = node.inputs;
    const [output = ''] = node.outputs;
    if (node.kind === 'DequantizeLinear' && !outputs.has(output)) {
      alias.set(output, input);
      return false;
    }
    const maker = makers.get(input);
    if (
      node.kind === 'QuantizeLinear' &&
      maker !== undefined &&
      maker.kind !== 'DequantizeLinear' &&
      consumers.get(input)?.length === 1 &&
      !outputs.has(input)
    ) {
      alias.set(input, output);
      const [activationInput = ''] = maker.inputs;
      if (beforeActivation.has(activationInput)) {
        alias.set(activationInput, output);
        absorbed.add(maker);
      }
      return false;
    }
    return node.kind !== 'Constant';
  });
  return {
    operators: operators.filter((node) => !absorbed.has(node)),
    stored: (tensor) => alias.get(tensor) ?? tensor,
  };
}
