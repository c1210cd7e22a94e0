import { createHash } from 'node:crypto';
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../platform/files/make_folder';
import { systemClock } from '../../platform/time/clock';

/** Where a machine keeps decoded images, and how much of them. */
export interface ImageCache {
  readonly folder: string;
  readonly largestBytes: number;
}

const extension = '.images';
/** What a file takes on the disk is counted in these: it may have holes. */
const blockBytes = 512;

/** The file for images of a key, once there is room for it: other files go, those used least recently first. @throws the system's error when the folder cannot be made */
export async function placeInCache(
  { folder, largestBytes }: ImageCache,
  key: unknown,
  wantedBytes: number,
): Promise<string> {
  await makeFolder(folder);
  const name = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32);
  const file = path.join(folder, `${name}${extension}`);
  const others = (await keptFiles(folder)).filter((other) => other.file !== file);
  let room = largestBytes - wantedBytes;
  for (const other of others.sort((one, two) => two.usedAtMs - one.usedAtMs)) {
    room -= other.bytes;
    if (room < 0) await rm(other.file, { force: true });
  }
  const now = new Date(systemClock.nowMs());
  await utimes(file, now, now).catch(() => undefined);
  return file;
}

interface KeptFile {
  readonly file: string;
  readonly bytes: number;
  readonly usedAtMs: number;
}

async function keptFiles(folder: string): Promise<KeptFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(extension));
  const found = await Promise.all(
    names.map(async (name): Promise<KeptFile | undefined> => {
      const file = path.join(folder, name);
      try {
        const { blocks, mtimeMs } = await stat(file);
        return { file, bytes: blocks * blockBytes, usedAtMs: mtimeMs };
      } catch {
        // Another process has just taken it away.
        return undefined;
      }
    }),
  );
  return found.filter((file) => file !== undefined);
}
