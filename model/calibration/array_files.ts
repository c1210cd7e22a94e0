import type { FileHandle } from 'node:fs/promises';
import { BadInputError } from '../../common/bad_input';
import { npyElementBytes, npyHeadBytes, npyValues, readNpyHeader } from './npy';
import { openRegularFile } from './regular_file';
import { samplesIn, wrongShape, type InputForm, type SampleSource } from './sample_source';

/** A .npy file with one sample or a batch; read sample by sample. @throws BadInputError when it is none */
export async function openNpy(path: string, input: InputForm): Promise<SampleSource> {
  return withFile(path, async (file) => {
    const { size } = await file.stat();
    const header = readNpyHeader(await readBytes(file, 0, Math.min(size, npyHeadBytes)));
    if (!header.ok) throw new BadInputError(`${path}: ${header.error}`);
    const { elementType, shape, dataOffset, dataBytes } = header.value;
    if (size - dataOffset !== dataBytes)
      throw new BadInputError(
        `${path}: has ${String(size - dataOffset)} bytes of values; its shape ${shape.join('x')} needs ${String(dataBytes)}`,
      );
    const count = samplesIn(shape, input);
    if (count === undefined) throw new BadInputError(wrongShape(path, shape, input));
    const sampleBytes = elementsOf(input) * npyElementBytes(elementType);
    return {
      count,
      samples: () =>
        slices(path, { count, offset: dataOffset, sampleBytes }, (bytes) =>
          npyValues(bytes, elementType),
        ),
    };
  });
}

/** A file of raw float32 values, little-endian, one sample after the other. @throws BadInputError when it does not divide into samples */
export async function openRaw(path: string, input: InputForm): Promise<SampleSource> {
  return withFile(path, async (file) => {
    const { size } = await file.stat();
    const sampleBytes = elementsOf(input) * Float32Array.BYTES_PER_ELEMENT;
    if (size === 0 || size % sampleBytes !== 0) {
      throw new BadInputError(
        `${path}: has ${String(size)} bytes; expected raw float32 samples of ${String(sampleBytes)} bytes each (${input.shape.join('x')}, input '${input.name}')`,
      );
    }
    return {
      count: size / sampleBytes,
      samples: () =>
        slices(path, { count: size / sampleBytes, offset: 0, sampleBytes }, (bytes) =>
          npyValues(bytes, 'float32'),
        ),
    };
  });
}

function elementsOf(input: InputForm): number {
  return input.shape.reduce((product, dimension) => product * dimension, 1);
}

interface Slices {
  readonly count: number;
  readonly offset: number;
  readonly sampleBytes: number;
}

async function* slices(
  path: string,
  { count, offset, sampleBytes }: Slices,
  decode: (bytes: Uint8Array) => Float32Array,
): AsyncGenerator<Float32Array> {
  const file = await openRegularFile(path);
  try {
    for (let index = 0; index < count; index += 1)
      yield decode(await readBytes(file, offset + index * sampleBytes, sampleBytes));
  } finally {
    await file.close();
  }
}

async function withFile<Value>(
  path: string,
  use: (file: FileHandle) => Promise<Value>,
): Promise<Value> {
  const file = await openRegularFile(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead !== length)
    throw new BadInputError('a calibration file became shorter while it was read; run again');
  return bytes;
}
