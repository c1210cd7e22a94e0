import { liveNodes, sizeBytes, type Graph, type Node, type TensorType } from '../onnx/graph';
import { macsOf } from './operator_work';
import type { NetworkCost, OperatorCost } from './network_cost';
import { peakActivationBytes, type ExecutionStep } from './peak_memory';
import { fuseQdq, type FusedExecution } from './qdq_fusion';

interface Costing {
  readonly graph: Graph;
  readonly types: ReadonlyMap<string, TensorType>;
  readonly execution: FusedExecution;
  /** Initializers and the outputs of Constant nodes. */
  readonly constants: ReadonlySet<string>;
}

/** What running an ONNX graph once takes. `types` are those of shape inference. Nodes that no output needs cost nothing. */
export function costOfOnnx(graph: Graph, types: ReadonlyMap<string, TensorType>): NetworkCost {
  const live = liveNodes(graph);
  const execution = fuseQdq(graph, live);
  const constants = new Set([
    ...graph.initializers.keys(),
    ...live.filter((node) => node.kind === 'Constant').flatMap((node) => node.outputs),
  ]);
  const costing: Costing = { graph, types, execution, constants };
  const operators = execution.operators.map((node) => operatorCost(costing, node));
  const weights = new Set(execution.operators.flatMap((node) => constantsOf(costing, node)));
  const steps = execution.operators.map((node): ExecutionStep => ({
    reads: activationsOf(costing, node.inputs),
    makes: activationsOf(costing, node.outputs),
  }));
  const sizes = new Map([...types].map(([name, type]) => [name, sizeBytes(type)]));
  return {
    format: 'onnx',
    operators,
    macs: operators.reduce((total, operator) => total + operator.macs, 0),
    parameterBytes: bytes(costing, [...weights]),
    peakActivationBytes: peakActivationBytes(
      steps,
      sizes,
      new Set(graph.outputs.map((output) => output.name)),
    ),
  };
}

function operatorCost(costing: Costing, node: Node): OperatorCost {
  const { types } = costing;
  const inputs = activationsOf(costing, node.inputs);
  const outputs = activationsOf(costing, node.outputs);
  const conversion = node.kind === 'QuantizeLinear' || node.kind === 'DequantizeLinear';
  return {
    name: node.name,
    kind: node.kind,
    macs: macsOf(
      node,
      node.inputs.map((input) => types.get(input)),
      types.get(node.outputs[0] ?? ''),
    ),
    weightBytes: bytes(costing, constantsOf(costing, node)),
    inputBytes: bytes(costing, inputs),
    outputBytes: bytes(costing, outputs),
    quantized:
      !conversion &&
      inputs.length > 0 &&
      [...inputs, ...outputs].every((tensor) => isEightBit(types.get(tensor))),
  };
}

/** The activations in memory behind these names; an operator that reads one tensor twice reads it once from memory. */
function activationsOf(
  { execution, constants }: Costing,
  tensors: readonly string[],
): readonly string[] {
  return [...new Set(tensors.filter((tensor) => tensor !== '').map(execution.stored))].filter(
    (tensor) => !constants.has(tensor),
  );
}

/** The constants that a node reads, as stored: of a dequantized weight the integers. */
function constantsOf({ execution, constants }: Costing, node: Node): readonly string[] {
  return node.inputs.map(execution.stored).filter((tensor) => constants.has(tensor));
}

function bytes({ types }: Costing, tensors: readonly string[]): number {
  return tensors.reduce((total, tensor) => {
    const type = types.get(tensor);
    return total + (type === undefined ? 0 : sizeBytes(type));
  }, 0);
}

function isEightBit(type: TensorType | undefined): boolean {
  return type?.elementType === 'int8' || type?.elementType === 'uint8';
}
