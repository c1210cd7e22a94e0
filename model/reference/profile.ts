import { parametersOf } from '../cost/parameters';
import { macsOf } from '../cost/operator_work';
import { costOfOnnx } from '../cost/onnx_cost';
import { fail, ok, type Result } from '../../common/result';
import {
  elementCount,
  liveNodes,
  sizeBytes,
  type Graph,
  type Node,
  type TensorType,
} from '../onnx/graph';
import { inferShapes } from '../onnx/shapes/shape_inference';

/** One node with what it takes. */
export interface NodeProfile {
  readonly node: Node;
  /** Multiply-accumulates of convolutions and matrix products; biases, activations, pools and sums count none. */
  readonly macs: number;
  /** Weights that no earlier node has read. */
  readonly parameters: number;
  readonly parameterBytes: number;
  /** What the node makes, in bytes. */
  readonly activationBytes: number;
}

/** A canonical graph with the type of each tensor and the work of each node that an output needs, in execution order. */
export interface Profile {
  readonly graph: Graph;
  readonly types: ReadonlyMap<string, TensorType>;
  readonly nodes: readonly NodeProfile[];
  readonly total: Total;
  readonly peakActivationBytes: number;
}

export interface Total {
  readonly operators: number;
  readonly macs: number;
  readonly parameters: number;
  readonly parameterBytes: number;
}

/** @returns an error of one line when shapes cannot be followed or multiply to more than any network has */
export function profileOf(graph: Graph): Result<Profile, string> {
  const types = inferShapes(graph);
  if (!types.ok) return types;
  const seen = new Set<string>();
  const nodes = liveNodes(graph).map((node): NodeProfile => {
    const fresh = parametersOf(graph, node).filter((name) => !seen.has(name));
    fresh.forEach((name) => seen.add(name));
    return {
      node,
      macs: macsOf(
        node,
        node.inputs.map((input) => types.value.get(input)),
        types.value.get(node.outputs[0] ?? ''),
      ),
      ...sizeOf(graph, fresh),
      activationBytes: bytesMade(node, types.value),
    };
  });
  const total = totalOf(nodes);
  if (!Number.isSafeInteger(total.macs))
    return fail('the shapes in the file multiply to more work than any model has');
  return ok({
    graph,
    types: types.value,
    nodes,
    total,
    peakActivationBytes: costOfOnnx(graph, types.value).peakActivationBytes,
  });
}

export function totalOf(nodes: readonly NodeProfile[]): Total {
  const sum = (value: (node: NodeProfile) => number): number =>
    nodes.reduce((total, node) => total + value(node), 0);
  return {
    operators: nodes.length,
    macs: sum((node) => node.macs),
    parameters: sum((node) => node.parameters),
    parameterBytes: sum((node) => node.parameterBytes),
  };
}

function sizeOf(
  graph: Graph,
  names: readonly string[],
): { readonly parameters: number; readonly parameterBytes: number } {
  const tensors = names.flatMap((name) => graph.initializers.get(name) ?? []);
  return {
    parameters: tensors.reduce((total, { shape }) => total + elementCount(shape), 0),
    parameterBytes: tensors.reduce((total, tensor) => total + sizeBytes(tensor), 0),
  };
}

function bytesMade(node: Node, types: ReadonlyMap<string, TensorType>): number {
  return node.outputs.reduce((total, output) => {
    const type = types.get(output);
    return total + (type === undefined ? 0 : sizeBytes(type));
  }, 0);
}
