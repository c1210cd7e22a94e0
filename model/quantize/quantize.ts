import { BadInputError } from '../../common/bad_input';
import type { Graph } from '../onnx/graph';
import { inferShapes } from '../onnx/shapes/shape_inference';
import { calibrate, type Calibration } from './ranges/calibrate';
import type { CalibrationData } from './ranges/calibration_data';
import type { Range } from './encoding/encoding';
import { insertQdq } from './insertion/insert_qdq';
import { encodingsFromRanges } from './choice/network_encodings';
import { observedActivations } from './placement/observed';
import { activationTypeOf, defaultQuantization, type QuantizationOptions } from './options/options';
import { placeEncodings, type QuantizerPlacement } from './placement/placement';
import { plainWeightCodec, type WeightCodec } from './weights/weight_codec';

/**
 * Post-training quantization of a canonical float graph, as QuantizeLinear/DequantizeLinear pairs: weights symmetric int8,
 * activations asymmetric per tensor, biases int32. Inputs and outputs stay float32. Ranges are
 * minimum and maximum over the calibration data. Equal inputs give equal graphs.
 * @throws BadInputError when the graph has dynamic shapes or the calibration data does not fit
 */
export async function quantizeGraph(
  graph: Graph,
  data: CalibrationData,
  options: QuantizationOptions = defaultQuantization,
): Promise<Graph> {
  const ranges = await measureRanges(
    graph,
    { data, method: { kind: 'min-max' }, threads: 1, onSample: () => undefined },
    options,
  );
  return quantizeWithStatistics(graph, ranges, options);
}

/** The ranges of the activations, by tensor name, that a placement by the options needs. @throws BadInputError as quantizeGraph */
export async function measureRanges(
  graph: Graph,
  calibration: Omit<Calibration, 'elementType'>,
  options: QuantizationOptions,
): Promise<ReadonlyMap<string, Range>> {
  const observed = observedActivations(graph, planQuantization(graph, options));
  return calibrate(graph, observed, {
    ...calibration,
    elementType: activationTypeOf(options.precision),
  });
}

/** The same from cached ranges of the activations, by tensor name, without running anything; the codec may be a cache that serves many networks. @throws BadInputError as quantizeGraph */
export function quantizeWithStatistics(
  graph: Graph,
  ranges: ReadonlyMap<string, Range>,
  options: QuantizationOptions,
  codec: WeightCodec = plainWeightCodec,
): Graph {
  const encodings = encodingsFromRanges(
    graph,
    planQuantization(graph, options),
    { ranges, options },
    codec,
  );
  return insertQdq(graph, encodings, codec);
}

/** Which tensors will have encodings. @throws BadInputError for dynamic shapes and operators that shape inference cannot follow */
export function planQuantization(graph: Graph, options: QuantizationOptions): QuantizerPlacement {
  const types = inferShapes(graph);
  if (!types.ok) throw new BadInputError(`cannot quantize: ${types.error}`);
  return placeEncodings(graph, types.value, options);
}
