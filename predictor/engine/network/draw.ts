import { createRandom } from '../../../common/random';
import { elementCount } from '../../../model/onnx/graph';

/**
 * Normal with the deviation that keeps a signal's size through a rectifier. He et al., https://arxiv.org/abs/1502.01852, section 2.2; `shape` is ONNX's, the output
 * channels first.
 */
export function drawWeight(shape: readonly number[], seed: string): Float32Array {
  const fanIn = Math.max(1, elementCount(shape.slice(1)));
  const random = createRandom(seed);
  const deviation = Math.sqrt(2 / fanIn);
  return Float32Array.from({ length: elementCount(shape) }, () => deviation * random.normal());
}

/** Tokens and positions, as ViT draws them. */
export function drawEmbedding(shape: readonly number[], seed: string): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: elementCount(shape) }, () => 0.02 * random.normal());
}
