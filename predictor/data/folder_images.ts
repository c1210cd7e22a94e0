import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import { fail, ok, type Result } from '../../common/result';
import type { Task } from '../../common/training/reference';
import { decodeImage, decodeMask, type CropForm } from '../../model/calibration/decoded_image';
import { planOfClasses, planOfMasks, type FolderPlan, type LabelledFile } from './folder_plan';
import type { ImageSource, OpenedData } from './image_source';
import type { ImageBatch } from './labelled_images';
import type { ListedFolder } from './listed_files';
import { labelsOfMask } from './mask_labels';
import { mixedOrder, splitOf, type FileData } from './split';

/** Images of a folder, labelled by the folder that they are in, or by masks. @throws BadInputError */
export function openFolderImages(
  source: FileData,
  listed: ListedFolder,
  { task, form }: { readonly task: Task; readonly form: CropForm },
): OpenedData {
  const file = (name: string): string => path.join(source.path, name);
  if (task.kind === 'segmentation') {
    const sets = splitPlan(source, planOfMasks(source.path, listed), () => 0);
    return setsOf(sets, numbered(task.classes), async ({ image, label }) =>
      withMask(
        await readable(() => decodeImage(file(image), form)),
        await readable(() => decodeMask(file(label), form)),
        { classes: task.classes, whose: file(label) },
      ),
    );
  }
  const plan = planOfClasses(source.path, listed, task.classes);
  const sets = splitPlan(source, plan, (label) => label);
  return setsOf(sets, plan.classNames, async ({ image, label }) => {
    const pixels = await readable(() => decodeImage(file(image), form));
    return pixels.ok ? ok({ pixels: pixels.value, labels: Int32Array.of(label) }) : pixels;
  });
}

/** Names of classes that have none. */
export function numbered(classes: number): readonly string[] {
  return Array.from({ length: classes }, (_, index) => `class ${index}`);
}

interface SplitFiles<Label> {
  readonly train: readonly LabelledFile<Label>[];
  readonly validation: readonly LabelledFile<Label>[];
}

function splitPlan<Label>(
  source: FileData,
  { train, validation }: FolderPlan<Label>,
  groupOf: (label: Label) => number,
): SplitFiles<Label> {
  const pick = (
    files: readonly LabelledFile<Label>[],
    order: readonly number[],
  ): readonly LabelledFile<Label>[] => order.flatMap((index) => files[index] ?? []);
  if (validation !== undefined)
    return {
      train: pick(train, mixedOrder(train.length, source.splitSeed)),
      validation: pick(validation, mixedOrder(validation.length, source.splitSeed)),
    };
  const groups: number[][] = [];
  train.forEach(({ label }, index) => {
    const group = groupOf(label);
    (groups[group] ??= []).push(index);
  });
  const split = splitOf(groups, source);
  return { train: pick(train, split.train), validation: pick(train, split.validation) };
}

function setsOf<Label>(
  { train, validation }: SplitFiles<Label>,
  classNames: readonly string[],
  load: (file: LabelledFile<Label>) => Promise<Result<ImageBatch, string>>,
): OpenedData {
  const imagesOf = (files: readonly LabelledFile<Label>[]): ImageSource => ({
    count: files.length,
    load: (index) => {
      const file = files[index];
      return file === undefined ? Promise.resolve(fail(`there is no image ${index}`)) : load(file);
    },
  });
  return { train: imagesOf(train), validation: imagesOf(validation), classNames };
}

function withMask(
  pixels: Result<Uint8Array, string>,
  mask: Result<Uint8Array, string>,
  { classes, whose }: { readonly classes: number; readonly whose: string },
): Result<ImageBatch, string> {
  if (!pixels.ok) return pixels;
  if (!mask.ok) return mask;
  return ok({ pixels: pixels.value, labels: labelsOfMask(mask.value, classes, whose) });
}

/** What is wrong with one file as a value: others can be read all the same. */
async function readable(decode: () => Promise<Uint8Array>): Promise<Result<Uint8Array, string>> {
  try {
    return ok(await decode());
  } catch (error) {
    if (error instanceof BadInputError) return fail(error.message);
    throw error;
  }
}
