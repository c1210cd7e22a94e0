import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** The files of the cache folder in order of last use, kept in memory so that a miss costs no scan of the disk. */
export interface CacheIndex {
  sizeOf(name: string): number | undefined;
  touch(name: string, sizeBytes: number): void;
  /** Removes the least recently used files until `neededBytes` more fit below the limit. */
  makeRoom(neededBytes: number): Promise<void>;
}

/** Reads what an earlier run left. Partial downloads stay: they are resumed, or fall out as the oldest. */
export async function openCacheIndex(folder: string, largestBytes: number): Promise<CacheIndex> {
  await mkdir(folder, { recursive: true });
  const found = await Promise.all(
    (await readdir(folder)).map(async (name) => ({
      name,
      ...(await describe(path.join(folder, name))),
    })),
  );
  const sizes = new Map(
    found.sort((a, b) => a.usedAtMs - b.usedAtMs).map((file) => [file.name, file.sizeBytes]),
  );
  let totalBytes = found.reduce((sum, file) => sum + file.sizeBytes, 0);

  const forget = (name: string): void => {
    totalBytes -= sizes.get(name) ?? 0;
    sizes.delete(name);
  };
  return {
    sizeOf: (name) => sizes.get(name),
    touch: (name, sizeBytes) => {
      forget(name);
      sizes.set(name, sizeBytes);
      totalBytes += sizeBytes;
    },
    makeRoom: async (neededBytes) => {
      for (const name of sizes.keys()) {
        if (totalBytes + neededBytes <= largestBytes) return;
        forget(name);
        await rm(path.join(folder, name), { force: true });
      }
    },
  };
}

async function describe(filePath: string): Promise<{ sizeBytes: number; usedAtMs: number }> {
  const found = await stat(filePath);
  return { sizeBytes: found.size, usedAtMs: found.mtimeMs };
}
