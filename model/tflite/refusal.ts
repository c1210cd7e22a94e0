import type { Graph, Tensor } from '../onnx/graph';
import type { WeightEncoding } from '../quantize/encoding/encoding';
import type { QuantizationOptions } from '../quantize/options/options';
import { quantizeWithStatistics } from '../quantize/quantize';
import type { WeightCodec } from '../quantize/weights/weight_codec';
import { tfliteDraft } from './write';

/** Weights of the right form without their values: what can be written does not depend on these. */
const formOnly: WeightCodec = {
  encode: ({ shape }, { axis }): WeightEncoding => ({
    axis,
    scales: new Float32Array(axis === null ? 1 : (shape[axis] ?? 1)).fill(1),
  }),
  quantize: ({ shape, data }): Tensor => ({
    elementType: 'int8',
    shape,
    data: new Int8Array(data.length),
  }),
};

/**
 * Why a canonical float graph could not be written as TFLite once it is quantized by these options: one line with node, operator and
 * the way out; undefined when it can. Runs nothing, so it can be asked before calibration. @throws BadInputError for a graph that cannot be quantized
 */
export function tfliteRefusal(graph: Graph, options: QuantizationOptions): string | undefined {
  const plain = { ...options, rules: { ...options.rules, tieFree: false } };
  const draft = tfliteDraft(quantizeWithStatistics(graph, new Map(), plain, formOnly));
  return draft.ok ? undefined : draft.error;
}
