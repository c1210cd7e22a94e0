import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import { makeFolder } from '../../platform/files/make_folder';
import { systemErrorCode } from '../../platform/files/system_error';

/** Each time somebody else was quicker; so many that are quicker within milliseconds are no accident. */
const mostTries = 20;

/**
 * Creates `folder` and makes it ours until released, or until this process is gone. Of several that start at once, one gets it.
 * @throws BadInputError when another run holds it, or when it cannot be written
 */
export async function holdFolder(folder: string): Promise<() => void> {
  const lockPath = path.join(folder, 'farm.pid');
  try {
    await makeFolder(folder);
    await takeLock(folder, lockPath);
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    throw new BadInputError(
      `${folder}: cannot be written (${systemErrorCode(error)}); choose a folder of yours, on a disk with space, with --data`,
    );
  }
  return () => rmSync(lockPath, { force: true });
}

async function takeLock(folder: string, lockPath: string): Promise<void> {
  const ours = `${lockPath}.${String(process.pid)}`;
  try {
    // Written before it is named, so that nobody reads half a number.
    await writeFile(ours, String(process.pid));
    for (let attempt = 0; attempt < mostTries; attempt += 1) {
      if (await linked(ours, lockPath)) return;
      await removeIfLeft(folder, lockPath);
    }
    throw new BadInputError(
      `${folder}: others start in it at the same time; choose another folder with --data`,
    );
  } finally {
    await rm(ours, { force: true });
  }
}

async function linked(ours: string, lockPath: string): Promise<boolean> {
  try {
    await link(ours, lockPath);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Takes away the lock of a run that is gone. @throws BadInputError when it lives */
async function removeIfLeft(folder: string, lockPath: string): Promise<void> {
  const aside = `${lockPath}.${String(process.pid)}.left`;
  refuseHeld(folder, await readFile(lockPath, 'utf8').catch(() => ''));
  try {
    await rename(lockPath, aside);
  } catch {
    return;
  }
  // It may have been a new one, of a process that took the old one away before us.
  const holder = await readFile(aside, 'utf8').catch(() => '');
  if (isFarmProcess(Number(holder))) await link(aside, lockPath).catch(() => undefined);
  await rm(aside, { force: true });
  refuseHeld(folder, holder);
}

function refuseHeld(folder: string, holder: string): void {
  if (isFarmProcess(Number(holder)))
    throw new BadInputError(
      `${folder} is in use by another farm (process ${holder}); end it, or choose another folder with --data`,
    );
}

/** A number left by a killed run may have gone to a stranger since, or to us: only another process of our own kind counts. */
function isFarmProcess(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes(
      path.join('cli', 'main.js'),
    );
  } catch {
    return false;
  }
}
