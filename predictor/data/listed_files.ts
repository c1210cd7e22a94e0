import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import { systemErrorCode } from '../../platform/files/system_error';

export interface ListedFile {
  /** Below the folder that was listed, with slashes. */
  readonly path: string;
  readonly bytes: number;
}

export interface ListedFolder {
  /** In the order of their paths' code units, the same on every machine. */
  readonly files: readonly ListedFile[];
  /** Paths of all folders below it, sorted as well. */
  readonly folders: readonly string[];
}

/** Split, class, and two of the user's own. Also the bound of links that lead in a circle. */
const deepestFolder = 4;
/** Their list takes a gigabyte; ImageNet has a tenth of it. */
const mostFiles = 15_000_000;

/** All files below a folder whose extension (in lower case) is among those wanted; hidden ones left aside. @throws BadInputError for what is no folder, or cannot be read */
export async function listFolder(
  root: string,
  extensions: ReadonlySet<string>,
): Promise<ListedFolder> {
  const files: ListedFile[] = [];
  const folders: string[] = [];
  const waiting: { readonly below: string; readonly depth: number }[] = [{ below: '', depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { below, depth } = next;
    for (const { name, isFolder, bytes } of await entriesOf(path.join(root, below), extensions)) {
      const entry = below === '' ? name : `${below}/${name}`;
      if (!isFolder) files.push({ path: entry, bytes });
      else if (depth < deepestFolder) {
        folders.push(entry);
        waiting.push({ below: entry, depth: depth + 1 });
      }
    }
    if (files.length > mostFiles)
      throw new BadInputError(`${root}: has more than ${mostFiles} files; give a part of them`);
  }
  return {
    files: files.sort((one, other) => inOrder(one.path, other.path)),
    folders: folders.sort(inOrder),
  };
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly bytes: number;
}

async function entriesOf(
  folder: string,
  extensions: ReadonlySet<string>,
): Promise<readonly Entry[]> {
  try {
    const names = await readdir(folder, { withFileTypes: true });
    const wanted = names.filter(
      (entry) =>
        !entry.name.startsWith('.') &&
        (entry.isDirectory() ||
          entry.isSymbolicLink() ||
          extensions.has(path.extname(entry.name).toLowerCase())),
    );
    const entries: Entry[] = [];
    for (let from = 0; from < wanted.length; from += lookedAtOnce)
      entries.push(
        ...(
          await Promise.all(
            wanted
              .slice(from, from + lookedAtOnce)
              .map(async ({ name }) => entryOf(folder, name, extensions)),
          )
        ).filter((entry) => entry !== undefined),
      );
    return entries;
  } catch (error) {
    throw new BadInputError(
      `${folder}: cannot be read (${systemErrorCode(error)}); give the folder of a data set`,
    );
  }
}

/** Node asks four at a time; more in waiting only take memory. */
const lookedAtOnce = 64;

/** Links are followed. */
async function entryOf(
  folder: string,
  name: string,
  extensions: ReadonlySet<string>,
): Promise<Entry | undefined> {
  const found = await stat(path.join(folder, name));
  if (found.isDirectory()) return { name, isFolder: true, bytes: 0 };
  return found.isFile() && extensions.has(path.extname(name).toLowerCase())
    ? { name, isFolder: false, bytes: found.size }
    : undefined;
}

/** SHA-256 over paths and sizes: tells another data set from this one at once, though not every change of a file. */
export function digestOfList(files: readonly ListedFile[]): string {
  const hash = createHash('sha256');
  for (const { path: name, bytes } of files) hash.update(`${name}\0${bytes}\n`);
  return hash.digest('hex');
}

/** By code units: a locale's order differs from machine to machine. */
function inOrder(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
