import type { Graph } from '../onnx/graph';
import { activationEncoding, symmetricActivationEncoding, type Encoding, type NetworkEncodings, type Range, type WeightEncoding } from './encoding';
import { activationTypeOf, type QuantizationOptions } from './options';
import type { PlacedWeight, Placement } from './placement';
import { withRoomForBias } from './quantized_constants';
import { tieFreeEncodings } from './tie_free';
import { plainWeightCodec, type WeightCodec, type WeightMethod } from './weight_codec';

/** What an encoding is made from. */
export interface Statistics {
  /** Of the activations, by tensor name. */
  readonly ranges: ReadonlyMap<string, Range>;
  readonly options: QuantizationOptions;
}

/**
 * Encodings for all that the placement lists. Tensors of one group share the hull of their ranges; one without statistics
 * (nothing was run) is taken as zero.
 */
export function encodingsFromRanges(graph: Graph, placement: Placement, statistics: Statistics, codec: WeightCodec = plainWeightCodec): NetworkEncodings {
  const activations = activationEncodings(graph, placement, statistics);
  const weights = new Map([...placement.weights].map(([name, weight]) => [name, weightEncoding(weight, { activations, method: statistics.options.weightMethod, codec })]));
  return { activations, weights };
}

function activationEncodings(graph: Graph, placement: Placement, { ranges, options }: Statistics): ReadonlyMap<string, Encoding> {
  const { groups } = placement;
  const tensors = [...placement.activations, ...placement.constants];
  const hulls = new Map<string, Range>();
  for (const tensor of tensors) {
    const range = ranges.get(tensor) ?? constantRange(graph, tensor);
    const known = hulls.get(groups.of(tensor)) ?? range;
    hulls.set(groups.of(tensor), { min: Math.min(known.min, range.min), max: Math.max(known.max, range.max) });
  }
  const elementType = activationTypeOf(options.precision);
  const symmetric = new Set(placement.symmetric.map(groups.of));
  const encodings = new Map(tensors.map((tensor) => {
    const type = placement.normScales.has(tensor) ? 'uint8' : elementType;
    const encode = symmetric.has(groups.of(tensor)) ? symmetricActivationEncoding : activationEncoding;
    return [tensor, groups.fixed(tensor) ?? encode(hulls.get(groups.of(tensor)) ?? { min: 0, max: 0 }, type)];
  }));
  return tieFreeEncodings(encodings, placement.roundings, { groupOf: groups.of, isFixed: (tensor) => groups.fixed(tensor) !== undefined || placement.bounded.has(tensor) });
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

function weightEncoding({ tensor, axis, accumulators }: PlacedWeight, { activations, method, codec }: WeightContext): WeightEncoding {
  let encoding = codec.encode(tensor, { axis, method });
  for (const { input, bias } of accumulators) {
    const inputScale = activations.get(input)?.scale;
    if (bias !== null && inputScale !== undefined) encoding = withRoomForBias(encoding, bias, inputScale);
  }
  return encoding;
}
