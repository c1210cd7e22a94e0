import { unzipSync } from 'fflate';
import { BadInputError } from '../../common/bad_input';
import { ownValue } from '../../common/own_value';
import { npyElementBytes, npyValues, readNpyHeader } from './npy';
import { readRegularFile } from './regular_file';
import { samplesIn, wrongShape, type InputForm, type SampleSource } from './sample_source';

/** An archive is held in memory, packed and one array of it unpacked: bounded to what a calibration set of images has. */
const largestArchiveBytes = 2 ** 30;
const largestArrayBytes = 2 ** 31 - 1;

/**
 * The arrays of a .npz archive (numpy.savez, savez_compressed): the one named like the network's input, else all of them.
 * @throws BadInputError when it is none, or an array does not fit
 */
export async function openNpz(path: string, input: InputForm): Promise<SampleSource> {
  const archive = await readRegularFile(path, largestArchiveBytes);
  const names = arrayNames(path, archive);
  const chosen = names.includes(`${input.name}.npy`) ? [`${input.name}.npy`] : names;
  let count = 0;
  for (const name of chosen) count += arrayOf({ path, archive, name }, input).count;
  async function* samples(): AsyncGenerator<Float32Array> {
    for (const name of chosen)
      yield* await Promise.resolve(arrayOf({ path, archive, name }, input).samples());
  }
  return { count, samples };
}

/** An archive's arrays by the names of their files. */
interface ArrayArchive {
  readonly names: readonly string[];
  /** Unpacked: a .npy file. Nothing of it is kept. */
  bytesOf(name: string): Uint8Array;
}

/** An archive that is held packed. @throws BadInputError when it is none */
export async function openArchive(path: string): Promise<ArrayArchive> {
  const archive = await readRegularFile(path, largestArchiveBytes);
  return {
    names: arrayNames(path, archive),
    bytesOf: (name) => unpackOne({ path, archive, name }),
  };
}

function unpackOne({ path, archive, name }: ArchivedArray): Uint8Array {
  return (
    ownValue(
      unpack(path, archive, (each) => each === name),
      name,
    ) ?? new Uint8Array()
  );
}

function arrayNames(path: string, archive: Uint8Array): readonly string[] {
  const names: string[] = [];
  unpack(path, archive, (name) => {
    if (name.endsWith('.npy')) names.push(name);
    return false;
  });
  if (names.length === 0)
    throw new BadInputError(`${path}: has no arrays; expected an archive made by numpy.savez`);
  return names;
}

interface ArchivedArray {
  readonly path: string;
  readonly archive: Uint8Array;
  readonly name: string;
}

function arrayOf(
  { path, archive, name }: ArchivedArray,
  input: InputForm,
): { readonly count: number; readonly samples: () => Generator<Float32Array> } {
  const shown = `${path} (${name.replaceAll(/[^\w./-]/g, '?').slice(0, 100)})`;
  const bytes = unpackOne({ path, archive, name });
  const header = readNpyHeader(bytes);
  if (!header.ok) throw new BadInputError(`${shown}: ${header.error}`);
  const { elementType, shape, dataOffset, dataBytes } = header.value;
  if (bytes.length - dataOffset !== dataBytes)
    throw new BadInputError(
      `${shown}: has ${String(bytes.length - dataOffset)} bytes of values; its shape ${shape.join('x')} needs ${String(dataBytes)}`,
    );
  const count = samplesIn(shape, input);
  if (count === undefined) throw new BadInputError(wrongShape(shown, shape, input));
  const sampleBytes =
    input.shape.reduce((product, dimension) => product * dimension, 1) *
    npyElementBytes(elementType);
  function* samples(): Generator<Float32Array> {
    for (let index = 0; index < (count ?? 0); index += 1)
      yield npyValues(
        bytes.subarray(dataOffset + index * sampleBytes, dataOffset + (index + 1) * sampleBytes),
        elementType,
      );
  }
  return { count, samples };
}

/** Unpacks what the filter wants. A lie about sizes cannot take more memory than the bound: fflate fills buffers of the announced size. */
function unpack(
  path: string,
  archive: Uint8Array,
  wants: (name: string) => boolean,
): Record<string, Uint8Array> {
  try {
    return unzipSync(archive, {
      filter: ({ name, originalSize }) => {
        if (!wants(name)) return false;
        if (originalSize > largestArrayBytes)
          throw new BadInputError(
            `${path}: an array of ${String(originalSize)} bytes is over the limit of ${String(largestArrayBytes)}`,
          );
        return true;
      },
    });
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    throw new BadInputError(
      `${path}: is no usable .npz archive (${error instanceof Error ? error.message : 'it cannot be unpacked'}); save it with numpy.savez`,
    );
  }
}
