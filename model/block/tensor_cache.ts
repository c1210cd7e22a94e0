import { sizeBytes, type Tensor } from '../onnx/graph';

export interface TensorCacheCounts {
  readonly hits: number;
  readonly misses: number;
  readonly bytes: number;
}

/** Keeps the constants of segments, so that equal segments share them. Least recently used ones go first. */
export interface TensorCache {
  readonly get: (
    key: string,
    make: () => ReadonlyMap<string, Tensor>,
  ) => ReadonlyMap<string, Tensor>;
  readonly counts: () => TensorCacheCounts;
}

/** Holds at most `mostBytes` of constants beside the newest segment's. */
export function createTensorCache(mostBytes: number): TensorCache {
  const kept = new Map<
    string,
    { readonly tensors: ReadonlyMap<string, Tensor>; readonly bytes: number }
  >();
  const counts = { hits: 0, misses: 0, bytes: 0 };
  const get: TensorCache['get'] = (key, make) => {
    const known = kept.get(key);
    if (known !== undefined) {
      counts.hits += 1;
      // A map keeps the order of insertion: what is used moves to its end.
      kept.delete(key);
      kept.set(key, known);
      return known.tensors;
    }
    counts.misses += 1;
    const tensors = make();
    const entry = {
      tensors,
      bytes: [...tensors.values()].reduce((sum, tensor) => sum + sizeBytes(tensor), 0),
    };
    for (const [oldest, { bytes }] of kept) {
      if (counts.bytes + entry.bytes <= mostBytes) break;
      kept.delete(oldest);
      counts.bytes -= bytes;
    }
    kept.set(key, entry);
    counts.bytes += entry.bytes;
    return tensors;
  };
  return { get, counts: () => ({ ...counts }) };
}
