import { createHash } from 'node:crypto';
import type { Graph, Tensor } from '../onnx/graph';
import { createGraphBuilder, type GraphBuilder } from '../onnx/graph_builder';
import { constantTensor, tensorNamed } from './constant_tensor';
import { segmentInput } from './layer';
import { inferLayerShapes, type Shape } from './layer_shape';
import { lowerLayers } from './lower';
import { segmentsOf, type NetworkSpec, type Segment } from './network_spec';
import type { OperatorConstant } from './operator';
import { drawWeights } from './segment_weights';
import type { TensorCache } from './tensor_cache';

const networkInput = 'image';
const networkOutput = 'logits';

export interface DrawnNetwork {
  readonly seed: number | string;
  /** Where the same block of several networks finds the same constants. */
  readonly cache: TensorCache;
}

/**
 * The float network in canonical form, batch normalizations folded: input `image` 1x3xHxW, output `logits` 1xclasses. Equal
 * segments of two networks have equal weights, the very same objects while the cache keeps them.
 */
export function createNetwork(network: NetworkSpec, drawn: DrawnNetwork): Graph {
  const builder = createGraphBuilder(network.name);
  const image = [1, 3, ...network.imageSize];
  let place: EmittedTensor = { tensor: builder.input(networkInput, image), shape: image };
  const segments = segmentsOf(network);
  segments.forEach((segment, index) => {
    place = emitSegment(builder, segment, {
      ...place,
      drawn,
      outputName: index === segments.length - 1 ? networkOutput : undefined,
    });
  });
  return builder.finish([
    { name: networkOutput, elementType: 'float32', shape: [1, network.classes] },
  ]);
}

interface EmittedTensor {
  readonly tensor: string;
  readonly shape: Shape;
}

interface Emission extends EmittedTensor {
  readonly drawn: DrawnNetwork;
  readonly outputName: string | undefined;
}

function emitSegment(
  builder: GraphBuilder,
  segment: Segment,
  { tensor, shape, drawn, outputName }: Emission,
): EmittedTensor {
  const shapes = inferLayerShapes(segment.layers, shape);
  const { operators, tensorOf } = lowerLayers(segment.layers, shapes);
  const output = tensorOf(segment.output);
  const named = (local: string): string =>
    local === segmentInput
      ? tensor
      : local === output && outputName !== undefined
        ? outputName
        : `${segment.name}.${local}`;
  const constants = operators.flatMap((operator) =>
    operator.inputs.filter((input) => typeof input !== 'string'),
  );
  const key = segmentKey(segment, shape, drawn.seed);
  const tensors = drawn.cache.get(key, () =>
    segmentTensors(constants, drawWeights(segment, shapes, key)),
  );
  for (const { kind, name, inputs, attributes } of operators) {
    const operands = inputs.map((input) =>
      typeof input === 'string'
        ? named(input)
        : builder.constant(named(input.name), tensorNamed(tensors, input.name)),
    );
    builder.node(named(name), kind, operands, attributes);
  }
  return { tensor: named(output), shape: shapes.get(segment.output) ?? [] };
}

/** Equal for segments that have equal constants: their place, layers, input, and the seed. */
function segmentKey(segment: Segment, shape: Shape, seed: number | string): string {
  return createHash('sha256')
    .update(JSON.stringify([seed, segment, shape]))
    .digest('hex');
}

function segmentTensors(
  constants: readonly OperatorConstant[],
  weights: ReadonlyMap<string, Tensor>,
): ReadonlyMap<string, Tensor> {
  return new Map(constants.map((constant) => [constant.name, constantTensor(constant, weights)]));
}
