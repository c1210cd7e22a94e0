import { createNetwork } from '../block/network';
import { createTensorCache } from '../block/tensor_cache';
import type { Graph } from '../onnx/graph';
import {
  imageNetShape,
  referenceSpec,
  type ReferenceName,
  type ReferenceShape,
} from './reference_spec';

interface ReferenceOptions extends Partial<ReferenceShape> {
  readonly seed?: number | string;
}

/**
 * A well-known network in canonical form (opset 21, batch normalizations folded) with drawn weights: input `image`
 * 1x3xHxW float32, output `logits` 1xclasses. ImageNet's shape when it is not given. The image must be large enough for
 * the strides (32 pixels, or the patch of a transformer, whose multiple it then is).
 */
export function createReference(
  name: ReferenceName,
  { seed = 1, ...shape }: ReferenceOptions = {},
): Graph {
  return createNetwork(referenceSpec(name, { ...imageNetShape, ...shape }), {
    seed,
    cache: createTensorCache(0),
  });
}
