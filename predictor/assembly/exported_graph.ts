import type { Graph } from '../../model/onnx/graph';
import { float32Tensor } from '../../model/onnx/graph_builder';
import type { NamedValues } from '../engine/engine';

/** The graph with trained values in place of its own. */
export function exportedGraph(graph: Graph, weights: NamedValues): Graph {
  const initializers = new Map(graph.initializers);
  for (const [name, { data, shape }] of weights) initializers.set(name, float32Tensor(shape, data));
  return { ...graph, initializers };
}
