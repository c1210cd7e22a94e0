import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import { ok } from '../../common/result';
import { fitPixels, type CropForm } from '../../model/calibration/decoded_image';
import { readRows } from './file_rows';
import { numbered } from './folder_images';
import { pickedImages, type ImageSource, type OpenedData } from './image_source';
import type { ListedFile, ListedFolder } from './listed_files';
import { mixedOrder, splitOf, type FileData } from './split';

/** The binary versions of https://www.cs.toronto.edu/~kriz/cifar.html: bytes of labels, then planes of red, green and blue. */
interface CifarKind {
  readonly classes: number;
  /** Before the pixels; the last is the label, one before it a coarser class. */
  readonly labelBytes: number;
  readonly train: RegExp;
  readonly validation: RegExp;
}

const kinds: Readonly<Record<'cifar10' | 'cifar100', CifarKind>> = {
  cifar10: {
    classes: 10,
    labelBytes: 1,
    train: /(^|\/)data_batch_\d+\.bin$/,
    validation: /(^|\/)test_batch\.bin$/,
  },
  cifar100: {
    classes: 100,
    labelBytes: 2,
    train: /(^|\/)train\.bin$/,
    validation: /(^|\/)test\.bin$/,
  },
};

const side = 32;
const plane = side * side;

export const cifarExtensions: ReadonlySet<string> = new Set(['.bin']);

/** @throws BadInputError for files that are not there, or of another length than whole images have */
export function openCifarImages(
  source: FileData & { readonly kind: 'cifar10' | 'cifar100' },
  { files }: ListedFolder,
  { classes, form }: { readonly classes: number; readonly form: CropForm },
): OpenedData {
  const kind = kinds[source.kind];
  if (classes !== kind.classes)
    throw new BadInputError(
      `${source.path}: ${source.kind} has ${kind.classes} classes; the head has ${classes}`,
    );
  const filesLike = (pattern: RegExp): readonly ListedFile[] =>
    files.filter((file) => pattern.test(file.path));
  const [train, validation] = [filesLike(kind.train), filesLike(kind.validation)];
  if (train.length === 0)
    throw new BadInputError(
      `${source.path}: has no ${source.kind === 'cifar10' ? 'data_batch_1.bin' : 'train.bin'}; give the folder of the binary version of ${source.kind}`,
    );
  const imagesOf = (some: readonly ListedFile[]): ImageSource =>
    recordsIn(source.path, some, { kind, form });
  const all = imagesOf(train);
  if (validation.length > 0) {
    const others = imagesOf(validation);
    return {
      train: pickedImages(all, mixedOrder(all.count, source.splitSeed)),
      validation: pickedImages(others, mixedOrder(others.count, source.splitSeed)),
      classNames: numbered(classes),
    };
  }
  const split = splitOf([mixedOrder(all.count, source.splitSeed)], source);
  return {
    train: pickedImages(all, split.train),
    validation: pickedImages(all, split.validation),
    classNames: numbered(classes),
  };
}

function recordsIn(
  root: string,
  files: readonly ListedFile[],
  { kind, form }: { readonly kind: CifarKind; readonly form: CropForm },
): ImageSource {
  const rowBytes = kind.labelBytes + 3 * plane;
  const rows = files.flatMap(({ path: name, bytes }) => {
    const file = path.join(root, name);
    if (bytes === 0 || bytes % rowBytes !== 0)
      throw new BadInputError(
        `${file}: has ${bytes} bytes; expected images of ${rowBytes} bytes each (${kind.classes} classes)`,
      );
    return Array.from({ length: bytes / rowBytes }, (_, index) => ({ file, index }));
  });
  return {
    count: rows.length,
    load: async (at) => {
      const { file = '', index = 0 } = rows[at] ?? {};
      const row = await readRows({ file, offset: 0, rowBytes }, index);
      const label = row[kind.labelBytes - 1] ?? 0;
      if (label >= kind.classes)
        throw new BadInputError(
          `${file}: image ${index} is of class ${label}; expected one below ${kind.classes}: is it another version of the data set?`,
        );
      const pixels = interleaved(row.subarray(kind.labelBytes), plane);
      return ok({
        pixels: await fitPixels(pixels, { height: side, width: side, channels: 3 }, form),
        labels: Int32Array.of(label),
      });
    },
  };
}

/** Red, green, blue of each pixel, from a plane of each. */
function interleaved(planes: Uint8Array, pixels: number): Uint8Array {
  const pixelValues = new Uint8Array(planes.length);
  for (let channel = 0; channel < 3; channel += 1)
    for (let pixel = 0; pixel < pixels; pixel += 1)
      pixelValues[3 * pixel + channel] = planes[channel * pixels + pixel] ?? 0;
  return pixelValues;
}
