import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import type { DataSource, Task } from '../../common/training/reference';
import type { SampleForm } from '../../common/training/sample_form';
import { systemErrorCode } from '../../platform/files/system_error';
import { openArrayImages } from './array_images';
import { tablesOfArchive, tablesOfFolder } from './array_table';
import { openCifarImages } from './cifar_images';
import { listData } from './data_files';
import { decodedImages } from './decoded_images';
import { openFolderImages } from './folder_images';
import { generatedClasses, generatedImages, generatedNames } from './generated_images';
import { placeInCache, type ImageCache } from './image_cache';
import type { ImageSource, OpenedData } from './image_source';
import { keptImages } from './kept_images';
import type { LabelledData, LabelledImages } from './labelled_images';
import { digestOfList } from './listed_files';
import { rememberedImages } from './remembered_images';
import type { FileData } from './split';

export interface DataOptions {
  /** Refuse images that cannot be read, in place of leaving them out. */
  readonly strict?: boolean;
  /** Without one, images that do not fit into memory are decoded in each epoch. */
  readonly cache?: ImageCache;
  /** Told of each image that is left out, once. */
  readonly note?: (line: string) => void;
}

/** @throws BadInputError for data that is not there, has changed, or does not fit the task */
export async function openData(
  source: DataSource,
  task: Task,
  form: SampleForm,
  options: DataOptions = {},
): Promise<LabelledData> {
  if (source.kind === 'generated') return drawnData(source, task, form);
  const opened = await openFiles(source, task, form);
  const all = opened.train.count + opened.validation.count;
  const set = (split: 'train' | 'validation'): Promise<LabelledImages> =>
    readyImages(opened[split], {
      task,
      form,
      options,
      key: [source, split, form.size, form.cropShare, task],
      share: opened[split].count / all,
    });
  return {
    train: await set('train'),
    validation: await set('validation'),
    classNames: opened.classNames,
  };
}

function drawnData(
  source: Extract<DataSource, { readonly kind: 'generated' }>,
  task: Task,
  { size }: SampleForm,
): LabelledData {
  const classes = generatedClasses(task);
  if (task.classes !== classes)
    throw new BadInputError(
      `field task.classes: ${task.classes}; generated images have ${classes} for ${task.kind}`,
    );
  if (size[0] !== size[1])
    throw new BadInputError(`field sample.size: ${size.join('x')}; generated images are square`);
  const { seed } = source;
  const set = (name: 'train' | 'validation'): LabelledImages =>
    rememberedImages(generatedImages({ name, seed, count: source[name], side: size[0], task }), {
      labelsEach: labelsEach(task, size),
    });
  return { train: set('train'), validation: set('validation'), classNames: generatedNames(task) };
}

async function openFiles(source: FileData, task: Task, form: SampleForm): Promise<OpenedData> {
  const listed = await listData(source);
  // Registered without one it is whatever lies there.
  if (source.digest !== '' && digestOfList(listed.files) !== source.digest)
    throw new BadInputError(
      `${source.path}: holds other files than those that the reference was registered with (digest ${digestOfList(listed.files).slice(0, 12)}, expected ${source.digest.slice(0, 12)}); bring those here, or register it again under another name`,
    );
  switch (source.kind) {
    case 'folder':
      return openFolderImages(source, listed, { task, form });
    case 'cifar10':
    case 'cifar100':
      if (task.kind !== 'classification')
        throw new BadInputError(
          `field task.kind: ${source.kind} has classes of images, no masks; expected classification`,
        );
      return openCifarImages({ ...source, kind: source.kind }, listed, {
        classes: task.classes,
        form,
      });
    case 'arrays':
      return openArrayImages(
        source,
        path.extname(source.path).toLowerCase() === '.npz'
          ? await tablesOfArchive(source.path)
          : tablesOfFolder(
              source.path,
              listed.files.map((file) => file.path),
            ),
        { task, form },
      );
  }
}

interface ReadyOptions {
  readonly task: Task;
  readonly form: SampleForm;
  readonly options: DataOptions;
  /** Of what is decoded. */
  readonly key: unknown;
  /** Of the cache. */
  readonly share: number;
}

/** Decoded once, then from the disk or from memory. */
async function readyImages(
  source: ImageSource,
  { task, form, options, key, share }: ReadyOptions,
): Promise<LabelledImages> {
  const { strict = false, cache, note = () => undefined } = options;
  const { size } = form;
  const each = labelsEach(task, size);
  const decoded = decodedImages(source, { classes: task.classes, size }, { strict, note });
  if (cache === undefined) return rememberedImages(decoded, { labelsEach: each });
  const largestBytes = Math.floor(share * cache.largestBytes);
  const wantedBytes = Math.min(largestBytes, source.count * (3 * size[0] * size[1] + 4 * each));
  try {
    const file = await placeInCache(cache, key, wantedBytes);
    const kept = keptImages(decoded, { file, largestBytes, labelsEach: each, note });
    return rememberedImages(kept, { labelsEach: each });
  } catch (error) {
    note(`${cache.folder}: decoded images cannot be kept there (${systemErrorCode(error)})`);
    return rememberedImages(decoded, { labelsEach: each });
  }
}

function labelsEach({ kind }: Task, [height, width]: SampleForm['size']): number {
  return kind === 'segmentation' ? height * width : 1;
}
