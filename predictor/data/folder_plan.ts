import { BadInputError } from '../../common/bad_input';
import type { ListedFolder } from './listed_files';

/** An image's file, below the folder of the data, and what it is labelled with: a class, or the file of a mask. */
export interface LabelledFile<Label> {
  readonly image: string;
  readonly label: Label;
}

/** What the folders say: undefined where they do not say what validates. */
export interface FolderPlan<Label> {
  readonly train: readonly LabelledFile<Label>[];
  readonly validation: readonly LabelledFile<Label>[] | undefined;
}

const trainFolder = 'train';
const validationFolders = ['val', 'validation', 'valid'];
const [imageFolder, maskFolder] = ['images', 'masks'];

/** One folder per class; their names in order are the classes. @throws BadInputError when there are not so many, or one has no images */
export function planOfClasses(
  root: string,
  listed: ListedFolder,
  classes: number,
): FolderPlan<number> & { readonly classNames: readonly string[] } {
  const { train, validation } = basesOf(root, listed);
  const classNames = foldersIn(listed, train);
  requireClasses(`${root}${train === '' ? '' : `/${train}`}`, classNames, classes);
  const filesIn = (base: string): readonly LabelledFile<number>[] => {
    const stray = foldersIn(listed, base).find((name) => !classNames.includes(name));
    if (stray !== undefined)
      throw new BadInputError(
        `${root}/${base}/${stray}: there is no class of this name in ${train}; name the folders alike`,
      );
    const numbers = new Map(classNames.map((name, label) => [name, label]));
    const depth = base === '' ? 0 : 1;
    return listed.files.flatMap(({ path }) => {
      const label = isBelow(path, base) ? numbers.get(path.split('/')[depth] ?? '') : undefined;
      return label === undefined ? [] : [{ image: path, label }];
    });
  };
  const files = filesIn(train);
  const filled = new Set(files.map(({ label }) => label));
  const empty = classNames.find((_, label) => !filled.has(label));
  if (empty !== undefined)
    throw new BadInputError(
      `${root}: the folder of class ${empty} has no images; put some there, or take it away`,
    );
  return {
    train: files,
    validation: validation === undefined ? undefined : some(root, validation, filesIn(validation)),
    classNames,
  };
}

function requireClasses(folder: string, names: readonly string[], classes: number): void {
  if (names.length === 0)
    throw new BadInputError(
      `${folder}: has no class folders with images; expected a folder for each class`,
    );
  if (names.length === 1)
    throw new BadInputError(
      `${folder}: has one class only (${names.join()}); expected a folder for each of the head's ${classes} classes`,
    );
  if (names.length !== classes)
    throw new BadInputError(
      `${folder}: has ${names.length} class folders (${names.slice(0, 3).join(', ')} …); the head has ${classes} classes`,
    );
}

/** Masks stand in a folder beside the images', under equal names but for the extension. @throws BadInputError for an image without a mask */
export function planOfMasks(root: string, listed: ListedFolder): FolderPlan<string> {
  const { train, validation } = basesOf(root, listed);
  const filesIn = (base: string): readonly LabelledFile<string>[] => {
    const below = (folder: string): readonly string[] => {
      const start = base === '' ? `${folder}/` : `${base}/${folder}/`;
      return listed.files.filter(({ path }) => path.startsWith(start)).map(({ path }) => path);
    };
    const masks = new Map(below(maskFolder).map((mask) => [stemOf(mask, maskFolder), mask]));
    return below(imageFolder).map((image) => {
      const label = masks.get(stemOf(image, imageFolder));
      if (label === undefined)
        throw new BadInputError(
          `${root}/${image}: has no mask of its name in ${maskFolder}; give one, or take the image away`,
        );
      return { image, label };
    });
  };
  return {
    train: some(root, `${train}/${imageFolder}`, filesIn(train)),
    validation:
      validation === undefined
        ? undefined
        : some(root, `${validation}/${imageFolder}`, filesIn(validation)),
  };
}

/** The folders below which what trains and what validates lies; '' for all together. */
function basesOf(
  root: string,
  listed: ListedFolder,
): { readonly train: string; readonly validation: string | undefined } {
  if (listed.files.length === 0)
    throw new BadInputError(
      `${root}: has no images (.jpg, .png, .webp) in it; give the folder of a data set`,
    );
  const top = foldersIn(listed, '');
  if (!top.includes(trainFolder)) return { train: '', validation: undefined };
  return { train: trainFolder, validation: validationFolders.find((name) => top.includes(name)) };
}

function foldersIn({ folders }: ListedFolder, base: string): readonly string[] {
  const depth = base === '' ? 0 : 1;
  return folders
    .filter((folder) => isBelow(folder, base))
    .map((folder) => folder.split('/'))
    .filter((parts) => parts.length === depth + 1)
    .map((parts) => parts[depth] ?? '');
}

function isBelow(path: string, base: string): boolean {
  return base === '' || path.startsWith(`${base}/`);
}

function some<Label>(
  root: string,
  where: string,
  files: readonly LabelledFile<Label>[],
): readonly LabelledFile<Label>[] {
  if (files.length === 0)
    throw new BadInputError(`${root}: has no images in ${where.replace(/^\//, '')}`);
  return files;
}

function stemOf(file: string, folder: string): string {
  const inside = file.slice(file.indexOf(`${folder}/`) + folder.length + 1);
  return inside.replace(/\.[^./]+$/, '');
}
