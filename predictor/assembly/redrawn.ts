import { createRandom } from '../../common/random';
import type { Graph } from '../../model/onnx/graph';
import { elementCount } from '../../model/onnx/graph';
import { float32Tensor } from '../../model/onnx/graph_builder';

/** The graph with weights as before any training: those of layers after He et al. (https://arxiv.org/abs/1502.01852), biases zero. */
export function redrawn(graph: Graph, seed: number): Graph {
  const initializers = new Map(graph.initializers);
  for (const { kind, inputs } of graph.nodes) {
    if (kind !== 'Conv' && kind !== 'Gemm') continue;
    const [, weightName = '', biasName = ''] = inputs;
    const weight = graph.initializers.get(weightName);
    const bias = graph.initializers.get(biasName);
    if (weight?.elementType === 'float32') {
      const random = createRandom(`${seed}/${weightName}`);
      const deviation = Math.sqrt(2 / Math.max(1, elementCount(weight.shape.slice(1))));
      const drawn = Float32Array.from(weight.data, () => deviation * random.normal());
      initializers.set(weightName, float32Tensor(weight.shape, drawn));
    }
    if (bias?.elementType === 'float32')
      initializers.set(biasName, float32Tensor(bias.shape, new Float32Array(bias.data.length)));
  }
  return { ...graph, initializers };
}
