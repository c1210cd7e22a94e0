import { BadInputError } from '../../common/bad_input';
import { ok } from '../../common/result';
import type { Task } from '../../common/training/reference';
import { fitPixels, type CropForm } from '../../model/calibration/decoded_image';
import { npyValues } from '../../model/calibration/npy';
import type { ArrayTable, ArrayTables } from './array_table';
import { pixelsOfArrays } from './array_pixels';
import { numbered } from './folder_images';
import { pickedImages, type ImageSource, type OpenedData } from './image_source';
import { labelsOfMask } from './mask_labels';
import { mixedOrder, splitOf, type FileData } from './split';

/** Names under which images and their labels are found, of what trains and of what validates. */
const trainNames = [
  ['images', 'labels'],
  ['train_images', 'train_labels'],
  ['x_train', 'y_train'],
] as const;
const validationNames = [
  ['validation_images', 'validation_labels'],
  ['val_images', 'val_labels'],
  ['x_val', 'y_val'],
  ['test_images', 'test_labels'],
  ['x_test', 'y_test'],
] as const;

interface ArrayTask {
  readonly task: Task;
  readonly form: CropForm;
}

/** Images and labels as NumPy's arrays. @throws BadInputError for arrays that do not go together or do not fit the task */
export async function openArrayImages(
  source: FileData,
  tables: ArrayTables,
  what: ArrayTask,
): Promise<OpenedData> {
  const find = async (
    names: readonly (readonly [string, string])[],
  ): Promise<ImageSource | undefined> => {
    const found = names.find((pair) => pair.every((name) => tables.names.has(name)));
    return found === undefined
      ? undefined
      : imagesOf(await tables.open(found[0]), await tables.open(found[1]), what);
  };
  const train = await find(trainNames);
  if (train === undefined)
    throw new BadInputError(
      `${source.path}: has no arrays of the names images and labels (or train_images and train_labels); it has ${[...tables.names].slice(0, 8).join(', ') || 'none'}`,
    );
  const classNames = numbered(what.task.classes);
  const validation = await find(validationNames);
  const order = mixedOrder(train.count, source.splitSeed);
  if (validation !== undefined)
    return {
      train: pickedImages(train, order),
      validation: pickedImages(validation, mixedOrder(validation.count, source.splitSeed)),
      classNames,
    };
  const split = splitOf([order], source);
  return {
    train: pickedImages(train, split.train),
    validation: pickedImages(train, split.validation),
    classNames,
  };
}

async function imagesOf(
  images: ArrayTable,
  labels: ArrayTable,
  { task, form }: ArrayTask,
): Promise<ImageSource> {
  const count = images.shape[0] ?? 0;
  if (count === 0) throw new BadInputError(`${images.shown}: holds no images`);
  if (labels.shape[0] !== count)
    throw new BadInputError(
      `${labels.shown}: has ${labels.shape[0] ?? 0} labels for ${count} images`,
    );
  const { height, width, pixelsAt } = await pixelsOfArrays(images);
  const labelsAt =
    task.kind === 'classification'
      ? await classesOf(labels, task.classes)
      : masksOf(labels, { height, width }, { classes: task.classes, form });
  return {
    count,
    load: async (index) =>
      ok({
        pixels: await fitPixels(await pixelsAt(index), { height, width, channels: 3 }, form),
        labels: await labelsAt(index),
      }),
  };
}

type LabelsAt = (index: number) => Promise<Int32Array>;

/** All are looked at beforehand: they are small, and a label that the head does not have is no damage of one image. */
async function classesOf(labels: ArrayTable, classes: number): Promise<LabelsAt> {
  const [count = 0, ...rest] = labels.shape;
  if (rest.some((dimension) => dimension !== 1) || labels.elementType.startsWith('float'))
    throw new BadInputError(
      `${labels.shown}: has shape ${labels.shape.join('x')} of ${labels.elementType}; expected a whole number for each image`,
    );
  const all = Int32Array.from(npyValues(await labels.rows(0, count), labels.elementType));
  const stray = all.findIndex((label) => label < 0 || label >= classes);
  if (stray !== -1)
    throw new BadInputError(
      `${labels.shown}: label ${all[stray] ?? 0} of image ${stray}; the head has ${classes} classes, counted from 0`,
    );
  if (all.every((label) => label === all[0]))
    throw new BadInputError(
      `${labels.shown}: all images are of class ${all[0] ?? 0}; expected the head's ${classes} classes`,
    );
  return (index) => Promise.resolve(all.slice(index, index + 1));
}

function masksOf(
  labels: ArrayTable,
  { height, width }: { readonly height: number; readonly width: number },
  { classes, form }: { readonly classes: number; readonly form: CropForm },
): LabelsAt {
  const [, tall, wide] = labels.shape;
  if (
    labels.elementType !== 'uint8' ||
    tall !== height ||
    wide !== width ||
    labels.shape.length !== 3
  )
    throw new BadInputError(
      `${labels.shown}: has shape ${labels.shape.join('x')} of ${labels.elementType}; expected uint8 masks of ${height}x${width}, as the images are`,
    );
  return async (index) => {
    const mask = await labels.rows(index);
    return labelsOfMask(
      await fitPixels(mask, { height, width, channels: 1 }, form),
      classes,
      `${labels.shown}, mask ${index}`,
    );
  };
}
