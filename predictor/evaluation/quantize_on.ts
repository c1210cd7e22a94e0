import { elementCount, type Graph } from '../../model/onnx/graph';
import type { Range } from '../../model/quantize/encoding/encoding';
import { defaultQuantization } from '../../model/quantize/options/options';
import { measureRanges, quantizeWithStatistics } from '../../model/quantize/quantize';
import { channelsFirst } from '../data/normalize';
import type { BatchValues } from '../engine/engine';

/** The int8 network of a float one, calibrated on samples as the engine has them. */
export async function quantizeOn(graph: Graph, samples: BatchValues): Promise<Graph> {
  return quantizeWithStatistics(graph, await rangesOn(graph, samples), defaultQuantization);
}

/** Of each activation that int8 needs to know, the least and the greatest value over the samples. */
export async function rangesOn(
  graph: Graph,
  samples: BatchValues,
): Promise<ReadonlyMap<string, Range>> {
  const shape = graph.inputs[0]?.shape?.map(Number) ?? [];
  const each = elementCount(shape);
  const given = Array.from({ length: samples.shape[0] ?? 0 }, (_, index) =>
    onnxSample(samples.data.subarray(index * each, (index + 1) * each), shape),
  );
  return measureRanges(
    graph,
    {
      data: { kind: 'given', samples: given },
      method: { kind: 'min-max' },
      threads: 1,
      onSample: () => undefined,
    },
    defaultQuantization,
  );
}

function onnxSample(data: Float32Array, shape: readonly number[]): Float32Array {
  if (shape.length !== 4) return data.slice();
  const [, channels = 1, height = 1, width = 1] = shape;
  return channelsFirst(data, [1, height, width, channels]);
}
