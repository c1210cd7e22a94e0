import type { DeclaredTensor, Graph, Node, Tensor } from '../onnx/graph';
import { inferShapes } from '../onnx/shapes/shape_inference';

/**
 * The graph for so many samples at once, where its first axis is a batch throughout: constants that a Reshape takes begin with the batch instead of 1. Undefined
 * where a tensor would not grow with the batch, as tokens that have none.
 */
export function batchedGraph(graph: Graph, batch: number): Graph | undefined {
  const initializers = new Map(graph.initializers);
  for (const node of graph.nodes) {
    if (node.kind !== 'Reshape') continue;
    const shape = reshapeOf(node, graph);
    if (shape === undefined) return undefined;
    initializers.set(node.inputs[1] ?? '', shape(batch));
  }
  const withBatch = (tensor: DeclaredTensor): DeclaredTensor | undefined =>
    tensor.shape?.[0] === 1 ? { ...tensor, shape: [batch, ...tensor.shape.slice(1)] } : undefined;
  const [inputs, outputs] = [graph.inputs, graph.outputs].map((tensors) => tensors.map(withBatch));
  if (inputs?.every(isPresent) !== true || outputs?.every(isPresent) !== true) return undefined;
  const batched: Graph = {
    ...graph,
    initializers,
    inputs: inputs.filter(isPresent),
    outputs: outputs.filter(isPresent),
    declared: new Map(),
  };
  return growsThroughout(graph, batched, batch) ? batched : undefined;
}

/** Whether each tensor that a node makes has the batch in place of its first axis of 1: one that has not would be broadcast to all samples, unseen at the outputs. */
function growsThroughout(graph: Graph, batched: Graph, batch: number): boolean {
  const [single, many] = [inferShapes(graph), inferShapes(batched)];
  if (!single.ok || !many.ok) return false;
  return graph.nodes
    .flatMap(({ outputs }) => outputs)
    .filter((name) => name !== '')
    .every((name) => {
      const [first, ...others] = single.value.get(name)?.shape ?? [];
      return first === 1 && many.value.get(name)?.shape.join() === [batch, ...others].join();
    });
}

function isPresent(tensor: DeclaredTensor | undefined): tensor is DeclaredTensor {
  return tensor !== undefined;
}

function reshapeOf(node: Node, { initializers }: Graph): ((batch: number) => Tensor) | undefined {
  const constant = initializers.get(node.inputs[1] ?? '');
  if (constant?.elementType !== 'int64' || (constant.data[0] !== 1n && constant.data[0] !== 0n))
    return undefined;
  return (batch) => ({
    ...constant,
    data: BigInt64Array.from(constant.data, (dimension, axis) =>
      axis === 0 ? BigInt(batch) : dimension,
    ),
  });
}
