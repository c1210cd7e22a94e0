import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import { systemErrorCode } from '../../platform/files/system_error';
import { openNpy, openRaw } from './array_files';
import { imageExtensions } from './decoded_image';
import { openImages, type ImagePreparation } from './images';
import { openNpz } from './npz';
import { requireRegularFile } from './regular_file';
import type { InputForm, SampleSource } from './sample_source';

const arrayOpeners: ReadonlyMap<string, (file: string, input: InputForm) => Promise<SampleSource>> =
  new Map([
    ['.npy', openNpy],
    ['.npz', openNpz],
    ['.raw', openRaw],
    ['.bin', openRaw],
  ]);
const expected = '.npy, .npz, raw float32 (.raw, .bin) or images (.jpg, .png)';

/**
 * The calibration samples in a file, or in the files of a folder (sorted by name, other files left aside), for the network's
 * one input. Headers are looked at at once, values when samples are asked for. @throws BadInputError when nothing there is usable
 */
export async function openCalibration(
  location: string,
  input: InputForm,
  preparation: ImagePreparation,
): Promise<SampleSource> {
  const found = await filesAt(location);
  const images = found.filter((file) => imageExtensions.has(extensionOf(file)));
  const arrays = found.filter((file) => arrayOpeners.has(extensionOf(file)));
  if (images.length === 0 && arrays.length === 0) {
    throw new BadInputError(
      `${location}: ${found.length === 0 ? 'the folder has no files' : 'nothing in it can be used for calibration'}; expected ${expected}`,
    );
  }
  for (const image of images) await requireRegularFile(image);
  const sources: SampleSource[] =
    images.length === 0 ? [] : [openImages(images, input, preparation)];
  for (const file of arrays) sources.push(await openArray(file, input));
  const count = sources.reduce((sum, source) => sum + source.count, 0);
  if (count === 0)
    throw new BadInputError(`${location}: holds no samples (its first dimension is 0)`);
  async function* samples(): AsyncGenerator<Float32Array> {
    for (const source of sources) yield* source.samples();
  }
  return { count, samples };
}

async function openArray(file: string, input: InputForm): Promise<SampleSource> {
  const opener = arrayOpeners.get(extensionOf(file));
  if (opener === undefined) throw new BadInputError(`${file}: expected ${expected}`);
  return opener(file, input);
}

async function filesAt(location: string): Promise<readonly string[]> {
  try {
    if (!(await stat(location)).isDirectory()) return [location];
    const entries = await readdir(location, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => path.join(location, entry.name))
      .sort();
  } catch (error) {
    throw new BadInputError(
      `${location}: cannot be read (${systemErrorCode(error)}); give a folder or a file with calibration samples`,
    );
  }
}

function extensionOf(file: string): string {
  return path.extname(file).toLowerCase();
}
