import { constants, type Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { BadInputError } from '../../common/bad_input';
import { systemErrorCode } from '../../platform/files/system_error';

/** What the user gave in place of a file; undefined for a file. */
function problemOf(found: Stats): string | undefined {
  if (found.isFile()) return found.size === 0 ? 'is empty' : undefined;
  if (found.isDirectory()) return 'is a folder';
  if (found.isFIFO()) return 'is a pipe, whose end nobody knows';
  return found.isSocket() ? 'is a socket' : 'is a device';
}

const samplesWanted = 'give a folder or a file with calibration samples';

function requireRegular(path: string, found: Stats, wanted: string): void {
  const problem = problemOf(found);
  if (problem !== undefined) throw new BadInputError(`${path}: ${problem}; ${wanted}`);
}

/** Pipes and devices may block for ever, and files that the system makes up (/proc) say no size. @throws BadInputError for them */
export async function requireRegularFile(path: string, wanted = samplesWanted): Promise<void> {
  requireRegular(path, await translated(path, stat(path), wanted), wanted);
}

/** Opens a file for reading; what became a pipe meanwhile does not block. @throws BadInputError for what is no file, or cannot be read */
export async function openRegularFile(path: string, wanted = samplesWanted): Promise<FileHandle> {
  await requireRegularFile(path, wanted);
  const file = await translated(
    path,
    open(path, constants.O_RDONLY | constants.O_NONBLOCK),
    wanted,
  );
  try {
    requireRegular(path, await file.stat(), wanted);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A whole file. @throws BadInputError for what is no file, cannot be read, or is larger than the limit */
export async function readRegularFile(
  path: string,
  largestBytes: number,
  wanted = samplesWanted,
): Promise<Uint8Array> {
  const file = await openRegularFile(path, wanted);
  try {
    const { size } = await file.stat();
    if (size > largestBytes)
      throw new BadInputError(
        `${path}: ${String(size)} bytes is over the limit of ${String(largestBytes)}; give several smaller files`,
      );
    const bytes = new Uint8Array(size);
    let done = 0;
    while (done < size) {
      const { bytesRead } = await translated(
        path,
        file.read(bytes, done, size - done, done),
        wanted,
      );
      if (bytesRead === 0)
        throw new BadInputError(`${path}: became shorter while it was read; run again`);
      done += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

async function translated<Value>(
  path: string,
  work: Promise<Value>,
  wanted: string,
): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    throw new BadInputError(`${path}: cannot be read (${systemErrorCode(error)}); ${wanted}`);
  }
}
