import { floatAttribute, type Graph, type Node, type Tensor } from '../../onnx/graph';
import { float32Tensor } from '../../onnx/graph_builder';
import { findLayers, forEachRun, type LinearLayer } from './layer';

/**
 * Gives a bias of zeros to each layer that can have one and has none, so that a correction has a place to go.
 * A MatMul has no bias input.
 */
export function withBiases(graph: Graph): Graph {
  const layers = findLayers(graph);
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.map((node) => {
    const layer = layers.get(node);
    if (layer === undefined || layer.bias !== undefined || node.kind === 'MatMul') return node;
    const name = freshName(graph, initializers, `${node.name}.bias`);
    initializers.set(
      name,
      float32Tensor([layer.outputChannels], new Float32Array(layer.outputChannels)),
    );
    return { ...node, inputs: [...node.inputs.slice(0, 2), name] };
  });
  return { ...graph, nodes, initializers };
}

function freshName(
  graph: Graph,
  initializers: ReadonlyMap<string, Tensor>,
  wanted: string,
): string {
  const taken = new Set([
    ...initializers.keys(),
    ...graph.inputs.map((input) => input.name),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  let name = wanted;
  while (taken.has(name)) name += '_';
  return name;
}

/** Whether the layer computes W·x + b plainly: a Gemm may scale either term. */
export function addsPlainBias(node: Node): boolean {
  return floatAttribute(node, 'alpha', 1) === 1 && floatAttribute(node, 'beta', 1) === 1;
}

/** Σ over the window and the inputs of W·x, per output channel, for an input that is constant in each channel. */
export function responseTo(
  layer: LinearLayer,
  weights: Float32Array,
  inputs: ArrayLike<number>,
): Float64Array {
  const response = new Float64Array(layer.outputChannels);
  const { runLength } = layer;
  forEachRun(layer, (run, output, input) => {
    let sum = 0;
    for (let index = run * runLength; index < (run + 1) * runLength; index += 1)
      sum += weights[index] ?? 0;
    response[output] = (response[output] ?? 0) + sum * (inputs[input] ?? 0);
  });
  return response;
}
