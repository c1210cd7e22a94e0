import { unzipSync, zipSync, type Zippable } from 'fflate';
import { fail, ok, type Result } from '../../common/result';
import { npyBytes, npyValues, readNpyHeader } from '../calibration/npy';
import { plain } from '../onnx/quote';

/** Trained tensors by name. */
export type NamedWeights = ReadonlyMap<
  string,
  { readonly data: Float32Array; readonly shape: readonly number[] }
>;

/** More than any block or network that is trained here, all tensors together. */
const mostBytes = 2 ** 30;
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
  const entries = unzipped(archive);
  if (!entries.ok) return entries;
  const weights = new Map<string, { data: Float32Array; shape: readonly number[] }>();
  for (const [entry, bytes] of Object.entries(entries.value)) {
    const header = readNpyHeader(bytes);
    if (!header.ok) return fail(`has an entry ${plain(entry)} that ${header.error}`);
    const { elementType, shape, dataOffset, dataBytes } = header.value;
    if (elementType !== 'float32' || bytes.length - dataOffset !== dataBytes)
      return fail(`has an entry ${plain(entry)} that is not float32 of its shape`);
    const data = npyValues(bytes.subarray(dataOffset), elementType);
    weights.set(entry.replace(/\.npy$/, ''), { data, shape });
  }
  return ok(weights);
}

/** All of the entries or none: an entry left out would be a weight that is missing later. */
function unzipped(archive: Uint8Array): Result<Readonly<Record<string, Uint8Array>>, string> {
  let [count, sizeBytes] = [0, 0];
  const fits = (): boolean => count <= mostTensors && sizeBytes <= mostBytes;
  try {
    const entries = unzipSync(archive, {
      filter: ({ size, originalSize }) => {
        count += 1;
        sizeBytes += Math.max(size, originalSize);
        return fits();
      },
    });
    return fits()
      ? ok(entries)
      : fail(`has more than ${mostTensors} tensors, or more than ${mostBytes} bytes of them`);
  } catch {
    return fail('is no archive of weights (.npz)');
  }
}
