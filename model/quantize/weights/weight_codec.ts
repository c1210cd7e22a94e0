import type { Float32Tensor, Tensor } from '../../onnx/graph';
import type { WeightEncoding } from '../encoding/encoding';
import type { WeightMethod } from '../options/options';
import {
  fullRangeWeightEncoding,
  leastErrorWeightEncoding,
  minMaxWeightEncoding,
  quantizeWeight,
} from './quantized_constants';

/** What a weight's scales are made for. */
export interface WeightTask {
  readonly axis: number | null;
  readonly method: WeightMethod;
}

/** Makes scales and integers of weights. */
export interface WeightCodec {
  readonly encode: (tensor: Float32Tensor, task: WeightTask) => WeightEncoding;
  readonly quantize: (tensor: Float32Tensor, encoding: WeightEncoding) => Tensor;
}

const encoders: Readonly<
  Record<WeightMethod, (tensor: Float32Tensor, axis: number | null) => WeightEncoding>
> = {
  'min-max': minMaxWeightEncoding,
  'full-range': fullRangeWeightEncoding,
  mse: leastErrorWeightEncoding,
};

/** Computes each weight anew. */
export const plainWeightCodec: WeightCodec = {
  encode: (tensor, { axis, method }) => encoders[method](tensor, axis),
  quantize: quantizeWeight,
};

interface CacheFigures {
  /** Of weights whose integers were asked for. */
  readonly hits: number;
  readonly misses: number;
  readonly sizeBytes: number;
}

/** Remembers weights by the identity of their tensors: candidates that share block options share these. */
interface QuantizedWeightCache extends WeightCodec {
  readonly figures: () => CacheFigures;
}

interface CachedWeight {
  readonly encoding: WeightEncoding;
  integers: Tensor | null;
}

/** Holds up to `limitBytes` of integers; beyond that the longest unused go. */
export function createQuantizedWeightCache(limitBytes: number): QuantizedWeightCache {
  // In order of use. Scales belong to a tensor's task; integers are found by the scales they were made with.
  const tensors = new Map<Float32Tensor, Map<string, CachedWeight>>();
  let [hits, misses, sizeBytes] = [0, 0, 0];
  const touch = (tensor: Float32Tensor): Map<string, CachedWeight> => {
    const entries = tensors.get(tensor) ?? new Map<string, CachedWeight>();
    tensors.delete(tensor);
    tensors.set(tensor, entries);
    return entries;
  };
  const shrink = (): void => {
    for (const [tensor, entries] of tensors) {
      if (sizeBytes <= limitBytes) return;
      for (const { integers } of entries.values()) sizeBytes -= integers?.data.byteLength ?? 0;
      tensors.delete(tensor);
    }
  };
  return {
    encode: (tensor, task) => {
      const entries = touch(tensor);
      const key = `${task.method} ${String(task.axis)}`;
      const known = entries.get(key) ?? {
        encoding: plainWeightCodec.encode(tensor, task),
        integers: null,
      };
      entries.set(key, known);
      return known.encoding;
    },
    quantize: (tensor, encoding) => {
      const entry = [...touch(tensor).values()].find((each) => each.encoding === encoding);
      if (entry?.integers !== null && entry?.integers !== undefined) {
        hits += 1;
        return entry.integers;
      }
      misses += 1;
      const integers = plainWeightCodec.quantize(tensor, encoding);
      // Scales that were widened for one network's bias are that network's alone.
      if (entry === undefined) return integers;
      entry.integers = integers;
      sizeBytes += integers.data.byteLength;
      shrink();
      return integers;
    },
    figures: () => ({ hits, misses, sizeBytes }),
  };
}
