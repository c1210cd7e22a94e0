import { stat } from 'node:fs/promises';
import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import type { ArtifactDigest } from '../../common/artifact';
import { imageExtensions } from '../../model/calibration/decoded_image';
import { systemErrorCode } from '../../platform/files/system_error';
import { arrayExtensions } from './array_table';
import { cifarExtensions } from './cifar_images';
import { digestOfList, listFolder, type ListedFolder } from './listed_files';
import type { FileData } from './split';

const archiveExtension = '.npz';

const extensionsOf: Readonly<Record<FileData['kind'], ReadonlySet<string>>> = {
  folder: imageExtensions,
  cifar10: cifarExtensions,
  cifar100: cifarExtensions,
  arrays: arrayExtensions,
};

/** The files of a data set; of an archive itself. @throws BadInputError when they cannot be listed */
export async function listData({
  kind,
  path: place,
}: Pick<FileData, 'kind' | 'path'>): Promise<ListedFolder> {
  if (kind !== 'arrays' || path.extname(place).toLowerCase() !== archiveExtension)
    return listFolder(place, extensionsOf[kind]);
  try {
    const found = await stat(place);
    return { files: [{ path: path.basename(place), bytes: found.size }], folders: [] };
  } catch (error) {
    throw new BadInputError(
      `${place}: cannot be read (${systemErrorCode(error)}); give an .npz archive, or a folder of .npy files`,
    );
  }
}

/** What a data set is by the names of its files. @throws BadInputError when they cannot be listed */
export async function dataKindOf(place: string): Promise<FileData['kind']> {
  if (path.extname(place).toLowerCase() === archiveExtension) return 'arrays';
  const all = new Set([...cifarExtensions, ...arrayExtensions]);
  const names = (await listFolder(place, all)).files.map((file) => path.basename(file.path));
  if (names.some((name) => /^data_batch_\d+\.bin$/.test(name))) return 'cifar10';
  if (names.includes('train.bin')) return 'cifar100';
  return names.some((name) => name.endsWith('.npy')) ? 'arrays' : 'folder';
}

/** By which a data set is told from another one of its place. @throws BadInputError when its files cannot be listed */
export async function digestOfData(data: Pick<FileData, 'kind' | 'path'>): Promise<ArtifactDigest> {
  return digestOfList((await listData(data)).files);
}
