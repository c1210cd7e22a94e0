import type { Graph } from '../onnx/graph';

/** Weights and biases of a float network; batch normalizations are folded before, so that none is counted twice. */
export function parameterCount(network: Graph): number {
  let count = 0;
  for (const tensor of network.initializers.values()) {
    if (tensor.elementType === 'float32')
      count += tensor.shape.reduce((product, size) => product * size, 1);
  }
  return count;
}
