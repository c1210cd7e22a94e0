import { createRandom } from '../../common/random';
import {
  elementCount,
  intAttribute,
  type Float32Tensor,
  type Graph,
  type Node,
} from '../../model/onnx/graph';
import { float32Tensor } from '../../model/onnx/graph_builder';

/** Of class tokens and positions; Dosovitskiy et al., https://arxiv.org/abs/2010.11929. */
const embeddingDeviation = 0.02;

/** The graph with weights as before any training: those of layers after He et al. (https://arxiv.org/abs/1502.01852), embeddings small, biases zero, normalizations without effect. */
export function redrawn(graph: Graph, seed: number): Graph {
  const initializers = new Map(graph.initializers);
  const done = new Set<string>();
  for (const node of graph.nodes)
    node.inputs.forEach((name, index) => {
      const known = graph.initializers.get(name);
      if (known?.elementType !== 'float32' || done.has(name)) return;
      const drawn = valuesOf(node, index, { known, seed: `${seed}/${name}` });
      if (drawn === undefined) return;
      done.add(name);
      initializers.set(name, float32Tensor(known.shape, drawn));
    });
  return { ...graph, initializers };
}

/** Undefined for what no training has made. */
function valuesOf(
  node: Node,
  index: number,
  { known: { shape, data }, seed }: { readonly known: Float32Tensor; readonly seed: string },
): Float32Array | undefined {
  const normal = (deviation: number): Float32Array => {
    const random = createRandom(seed);
    return Float32Array.from(data, () => deviation * random.normal());
  };
  switch (node.kind) {
    case 'Conv':
    case 'Gemm':
    case 'MatMul':
      return index === 1
        ? normal(Math.sqrt(2 / Math.max(1, fanIn(node, shape))))
        : new Float32Array(data.length);
    case 'LayerNormalization':
      return new Float32Array(data.length).fill(index === 1 ? 1 : 0);
    case 'Add':
      // A scalar belongs to an activation.
      if (data.length === 1) return undefined;
      return shape.length > 1 ? normal(embeddingDeviation) : new Float32Array(data.length);
    case 'Concat':
      return normal(embeddingDeviation);
    default:
      return undefined;
  }
}

/** Values that meet in one of its outputs. */
function fanIn(node: Node, shape: readonly number[]): number {
  const isTransposed = node.kind === 'Gemm' && intAttribute(node, 'transB', 0) === 1;
  return node.kind === 'Conv' || isTransposed ? elementCount(shape.slice(1)) : (shape.at(-2) ?? 1);
}
