import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import { makeFolder } from '../../platform/files/make_folder';
import { systemErrorCode } from '../../platform/files/system_error';

/**
 * Writes a file under a temporary name beside its own, then renames it: complete, or not there at all.
 * @throws BadInputError naming the option that chooses another place
 */
export async function writeWholeFile(
  file: string,
  content: Uint8Array | string,
  option: string,
): Promise<void> {
  const part = `${file}.${String(process.pid)}.part`;
  try {
    await writeFile(part, content);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw new BadInputError(
      `${file}: cannot be written (${systemErrorCode(error)}); choose another with ${option}`,
    );
  }
}

/**
 * Writes files, one after the other, into a new folder that appears only when all are complete. An empty one may be there already.
 * @throws BadInputError naming the option that chooses another place
 */
export async function writeWholeFolder(
  folder: string,
  files: Iterable<readonly [name: string, content: Uint8Array | string]>,
  option: string,
): Promise<void> {
  const target = path.resolve(folder);
  const part = `${target}.${String(process.pid)}.part`;
  try {
    await makeFolder(part);
    for (const [name, content] of files) await writeFile(path.join(part, name), content);
    await rename(part, target);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    const code = systemErrorCode(error);
    const reason =
      code === 'ENOTEMPTY' || code === 'EEXIST'
        ? 'already holds files'
        : code === 'ENOTDIR'
          ? 'is no folder'
          : `cannot be written (${code})`;
    throw new BadInputError(`${folder}: ${reason}; choose another with ${option}`);
  }
}

/** Before long work whose files `writeWholeFolder` will write. @throws BadInputError when something is there already */
export async function refuseFullFolder(folder: string, option: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) =>
    systemErrorCode(error) === 'ENOENT' ? [] : [systemErrorCode(error)],
  );
  if (names.length > 0)
    throw new BadInputError(
      `${folder}: is no folder, or already holds files; choose another with ${option}`,
    );
}
