import { createRandom } from '../../../../common/random';
import {
  type AimetEncoding,
  type AimetEncodings,
} from '../../../../model/quantize/aimet/aimet_encoding';
import { applyAimet, type AppliedEncodings } from '../../../../model/quantize/aimet/apply_aimet';
import type { EncodingTarget } from '../../../../model/quantize/aimet/encoding_target';
import type { Graph } from '../../../../model/onnx/graph';
import { createGraphBuilder, int, ints } from '../../../../model/onnx/graph_builder';
import type { Range } from '../../../../model/quantize/encoding/encoding';
import { encodingsFromRanges } from '../../../../model/quantize/choice/network_encodings';
import {
  activationTypeOf,
  defaultQuantization,
  type QuantizationOptions,
} from '../../../../model/quantize/options/options';
import { planQuantization } from '../../../../model/quantize/quantize';
import { layers, randomTensor } from '../equalize/networks';

/** Convolution and ReLU, a pool, a gate by Sigmoid, a constant, a concatenation and a dense layer. */
function gatedNetwork(): Graph {
  const builder = createGraphBuilder('gated');
  const random = createRandom('gated');
  const add = layers(builder, random, 'Relu');
  const active = add.active(
    'active',
    add.conv('first', builder.input('image', [1, 3, 8, 8]), [4, 3, 3]),
    4,
  );
  const pooled = builder.node('pooled', 'MaxPool', [active], {
    kernel_shape: ints(2, 2),
    strides: ints(2, 2),
  });
  const shifted = builder.node('shifted', 'Add', [
    add.conv('second', pooled, [4, 4, 3]),
    builder.constant('constant', randomTensor(random, [1, 4, 1, 1], 1)),
  ]);
  const gated = builder.node('gated', 'Mul', [shifted, builder.node('gate', 'Sigmoid', [shifted])]);
  const flat = builder.node('flat', 'Flatten', [
    builder.node('joined', 'Concat', [pooled, gated], { axis: int(1) }),
  ]);
  return builder.finish([
    { name: add.gemm('logits', flat, 5, 128), elementType: 'float32', shape: [1, 5] },
  ]);
}

export function targetOf(
  options: QuantizationOptions,
  ranges: ReadonlyMap<string, Range> = new Map(),
): EncodingTarget {
  const graph = gatedNetwork();
  const placement = planQuantization(graph, options);
  return {
    graph,
    placement,
    encodings: encodingsFromRanges(graph, placement, { ranges, options }),
    activationType: activationTypeOf(options.precision),
  };
}

/** Every activation has a range of its own. */
export const someRanges = new Map(
  ['image', 'active', 'pooled', 'second', 'shifted', 'gated', 'joined', 'flat', 'logits'].map(
    (name, index) => [name, { min: -index / 7, max: 1 + index / 3 }],
  ),
);

export const channel: QuantizationOptions = { ...defaultQuantization, weightsPer: 'channel' };
export function applied(file: AimetEncodings, target: EncodingTarget): AppliedEncodings {
  const result = applyAimet(file, target);
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

export const activation: AimetEncoding = {
  bits: 8,
  isSymmetric: false,
  granularity: 'tensor',
  scales: [0.25],
  offsets: [-10],
};
