import type { Graph } from '../../onnx/graph';
import {
  activationEncoding,
  encodedRange,
  symmetricActivationEncoding,
  type Encoding,
  type NetworkEncodings,
  type Range,
  type WeightEncoding,
} from '../encoding/encoding';
import { hullOf, shareEncodings } from './shared_encodings';
import { secondFactors } from './second_factors';
import { activationTypeOf, type QuantizationOptions, type WeightMethod } from '../options/options';
import type { PlacedWeight, QuantizerPlacement } from '../placement/placement';
import { withRoomForBias } from '../weights/quantized_constants';
import { tieFreeEncodings } from '../ties/tie_free';
import { plainWeightCodec, type WeightCodec } from '../weights/weight_codec';

/** What an encoding is made from. */
interface Statistics {
  /** Of the activations, by tensor name. */
  readonly ranges: ReadonlyMap<string, Range>;
  readonly options: QuantizationOptions;
}

/**
 * Encodings for all that the placement lists. Tensors of one group share the hull of their ranges, and so do groups that concatenations
 * join; one without statistics (nothing was run) is taken as zero.
 */
export function encodingsFromRanges(
  graph: Graph,
  placement: QuantizerPlacement,
  statistics: Statistics,
  codec: WeightCodec = plainWeightCodec,
): NetworkEncodings {
  const activationEncodings = encodeActivations(graph, placement, statistics);
  const { activations } = activationEncodings;
  const weights = new Map(
    [...placement.weights].map(([name, weight]) => [
      name,
      weightEncoding(weight, { activations, method: statistics.options.weightMethod, codec }),
    ]),
  );
  return { ...activationEncodings, weights };
}

function encodeActivations(
  graph: Graph,
  placement: QuantizerPlacement,
  { ranges, options }: Statistics,
): Omit<NetworkEncodings, 'weights'> {
  const { groups } = placement;
  const tensors = [...placement.activations, ...placement.constants];
  const hulls = new Map<string, Range>();
  for (const tensor of tensors) {
    const [group, fixed] = [groups.of(tensor), groups.fixed(tensor)];
    const range =
      fixed === undefined
        ? (ranges.get(tensor) ?? constantRange(graph, tensor))
        : encodedRange(fixed);
    hulls.set(group, hullOf(hulls.get(group) ?? range, range));
  }
  const elementType = activationTypeOf(options.precision);
  const shared = shareEncodings(graph, { groups, hulls });
  const { symmetric, converted } = secondFactors(graph, placement.secondFactors, shared);
  const encodings = new Map(
    tensors.map((tensor) => {
      const type = placement.normScales.has(tensor) ? 'uint8' : elementType;
      const isSymmetric =
        symmetric.has(shared.of(tensor)) ||
        (options.rules.symmetricActivations && !placement.normScales.has(tensor));
      const encode = isSymmetric ? symmetricActivationEncoding : activationEncoding;
      return [tensor, groups.fixed(tensor) ?? encode(shared.hull(tensor), type)];
    }),
  );
  const isFixed = (tensor: string): boolean =>
    groups.fixed(tensor) !== undefined || placement.bounded.has(tensor);
  return {
    activations: tieFreeEncodings(encodings, placement.roundings, { groupOf: shared.of, isFixed }),
    convertedFactors: new Map(
      [...converted].map(([product, tensor]) => [
        product,
        symmetricActivationEncoding(shared.hull(tensor), elementType),
      ]),
    ),
  };
}

function constantRange(graph: Graph, name: string): Range {
  const tensor = graph.initializers.get(name);
  let [min, max] = [0, 0];
  if (tensor?.elementType === 'float32') {
    for (const value of tensor.data) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return { min, max };
}

interface WeightContext {
  readonly activations: ReadonlyMap<string, Encoding>;
  readonly method: WeightMethod;
  readonly codec: WeightCodec;
}

function weightEncoding(
  { tensor, axis, accumulators }: PlacedWeight,
  { activations, method, codec }: WeightContext,
): WeightEncoding {
  let encoding = codec.encode(tensor, { axis, method });
  for (const { input, bias } of accumulators) {
    const inputScale = activations.get(input)?.scale;
    if (bias !== null && inputScale !== undefined)
      encoding = withRoomForBias(encoding, bias, inputScale);
  }
  return encoding;
}
