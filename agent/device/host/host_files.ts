import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { farmFault, type FarmFault } from '../../../common/fault';
import { fail, ok, type Result } from '../../../common/result';
import type { FileToRead } from '../device';

/** Copies under a temporary name, compares the sizes, then renames: complete, or not there at all. */
export async function copyFileIn(
  localPath: string,
  devicePath: string,
  executable: boolean,
  signal: AbortSignal,
): Promise<Result<void, FarmFault>> {
  const partPath = `${devicePath}.${randomBytes(4).toString('hex')}.part`;
  let expectedBytes: number;
  try {
    expectedBytes = (await stat(localPath)).size;
  } catch (error) {
    return fail(
      farmFault(
        'artifact-unavailable',
        `cannot read the file to push: ${(error as Error).message}`,
      ),
    );
  }
  try {
    await pipeline(
      createReadStream(localPath),
      createWriteStream(partPath, { mode: executable ? 0o755 : 0o644 }),
      { signal },
    );
    const copied = await stat(partPath);
    if (copied.size !== expectedBytes)
      throw new Error(`${devicePath}: ${copied.size} bytes arrived of ${expectedBytes}`);
    await rename(partPath, devicePath);
    return ok(undefined);
  } catch (error) {
    await rm(partPath, { force: true }).catch(() => undefined);
    return fail(fileFault(error));
  }
}

/** The whole file, or null if it cannot be read or is longer than `largestBytes`. */
export async function readHostFile({ path, largestBytes }: FileToRead): Promise<Buffer | null> {
  try {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.allocUnsafe(largestBytes + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length);
        length += bytesRead;
        if (length > largestBytes) return null;
        if (bytesRead === 0) return Buffer.from(buffer.subarray(0, length));
      }
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

/** SHA-256 in hexadecimal digits, or null if it cannot be read. */
export async function digestOfFile(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  } catch {
    return null;
  }
}

/** A file that is missing or cannot be removed is no fault. */
export async function removeHostFiles(devicePaths: readonly string[]): Promise<void> {
  for (const devicePath of devicePaths)
    await rm(devicePath, { force: true }).catch(() => undefined);
}

function fileFault(error: unknown): FarmFault {
  const { code, message } = error as NodeJS.ErrnoException;
  return farmFault(
    code === 'ENOSPC' || code === 'EDQUOT' ? 'storage-full' : 'transfer-failed',
    message,
  );
}
