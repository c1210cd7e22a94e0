import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import { systemErrorCode } from '../../common/system_error';

/**
 * Creates `folder` and makes it ours until released, or until this process is gone.
 * @throws BadInputError when another run holds it, or when it cannot be written
 */
export function holdFolder(folder: string): () => void {
  const lockPath = path.join(folder, 'farm.pid');
  try {
    mkdirSync(folder, { recursive: true });
    const holder = existsSync(lockPath) ? Number(readFileSync(lockPath, 'utf8')) : NaN;
    if (holder !== process.pid && isFarmProcess(holder)) throw new BadInputError(`${folder} is in use by another farm (process ${String(holder)}); end it, or choose another folder with --data`);
    writeFileSync(lockPath, String(process.pid));
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    throw new BadInputError(`${folder}: cannot be written (${systemErrorCode(error)}); choose a folder of yours, on a disk with space, with --data`);
  }
  return () => rmSync(lockPath, { force: true });
}

/** A number left by a killed run may have gone to a stranger since: only a process of our own kind counts. */
function isFarmProcess(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes(path.join('cli', 'main.js'));
  } catch {
    return false;
  }
}
