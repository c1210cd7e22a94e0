import { unzipSync, zipSync, type Zippable } from 'fflate';
import { fail, ok, type Result } from '../../common/result';
import { npyBytes, npyValues, readNpyHeader } from '../calibration/npy';
import { elementCount } from '../onnx/graph';

/** Trained tensors by name. */
export type NamedWeights = ReadonlyMap<
  string,
  { readonly data: Float32Array; readonly shape: readonly number[] }
>;

/** More than any block or network that is trained here. */
const largestTensorBytes = 2 ** 30;
const mostTensors = 20_000;
/** Archives of equal weights are equal, whenever they are written. The first moment that the format knows. */
const writtenAt = new Date(1980, 0, 1);

/** An .npz archive, as `numpy.load` reads it; equal weights give equal bytes. */
export function writeWeights(weights: NamedWeights): Uint8Array {
  const entries = Array.from(weights, ([name, { data, shape }]) => [
    `${name}.npy`,
    [npyBytes(data, shape), { level: 0, mtime: writtenAt }],
  ]);
  return zipSync(Object.fromEntries(entries) as Zippable);
}

/** The error is half a line, without the file's name. */
export function readWeights(archive: Uint8Array): Result<NamedWeights, string> {
  let count = 0;
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(archive, {
      filter: ({ originalSize }) => {
        count += 1;
        return count <= mostTensors && originalSize <= largestTensorBytes;
      },
    });
  } catch {
    return fail('is no archive of weights (.npz)');
  }
  const weights = new Map<string, { data: Float32Array; shape: readonly number[] }>();
  for (const [entry, bytes] of Object.entries(entries)) {
    const header = readNpyHeader(bytes);
    if (!header.ok) return fail(`has an entry ${entry.slice(0, 80)} that ${header.error}`);
    const { elementType, shape, dataOffset } = header.value;
    const data = npyValues(bytes.subarray(dataOffset), elementType);
    if (elementType !== 'float32' || data.length !== elementCount(shape))
      return fail(`has an entry ${entry.slice(0, 80)} that is not float32 of its shape`);
    weights.set(entry.replace(/\.npy$/, ''), { data, shape });
  }
  return ok(weights);
}
