import fc from 'fast-check';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ArtifactDigest } from '../../../common/artifact';
import { openArtifactStore, type ArtifactStore } from '../../../platform/artifacts/artifact_store';

const hourMs = 3_600_000;
let directory: string;
let nowMs = Date.now();
const clock = { nowMs: () => nowMs };
const needed = new Set<ArtifactDigest>();
const dropped: number[] = [];
const limits = (largestBytes: number) => ({
  largestBytes,
  needed: () => Promise.resolve(needed),
  onDropped: (count: number) => void dropped.push(count),
});

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'artifact-room-'));
  needed.clear();
  dropped.length = 0;
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Ten bytes that nobody else has, an hour after the last. */
async function write(store: ArtifactStore, content: number): Promise<ArtifactDigest> {
  nowMs += hourMs;
  return (await store.write(Buffer.from(String(content).padStart(10, '0')))).digest;
}
async function writeMany(store: ArtifactStore, count: number): Promise<readonly ArtifactDigest[]> {
  const digests: ArtifactDigest[] = [];
  for (let index = 0; index < count; index += 1) digests.push(await write(store, index));
  return digests;
}
const open = (): Promise<ArtifactStore> => openArtifactStore(directory, { clock });
const which = async (
  store: ArtifactStore,
  digests: readonly ArtifactDigest[],
): Promise<readonly number[]> => {
  const indices: number[] = [];
  for (const [index, digest] of digests.entries())
    if ((await store.locate(digest)).ok) indices.push(index);
  return indices;
};

describe('a store with a limit', () => {
  it('drops what was not used for longest, and a tenth more than it must', async () => {
    const store = await open();
    const digests = await writeMany(store, 10);
    nowMs += hourMs;
    await store.read(digests[0]!);
    nowMs += hourMs;
    await store.keepWithin(limits(60));
    expect(await which(store, digests)).toEqual([0, 6, 7, 8, 9]);
    expect(store.usage()).toEqual({ bytes: 50, count: 5 });
    expect(dropped).toEqual([5]);
  });

  it('never drops what is needed, though it alone is too much', async () => {
    const store = await open();
    const digests = await writeMany(store, 5);
    for (const index of [0, 2, 4]) needed.add(digests[index]!);
    nowMs += hourMs;
    await store.keepWithin(limits(20));
    expect(await which(store, digests)).toEqual([0, 2, 4]);
  });

  it('keeps what is so new that no job can have it yet', async () => {
    const store = await open();
    const digests = await writeMany(store, 3);
    await store.keepWithin(limits(10));
    expect(await which(store, digests)).toEqual([2]);
    nowMs += 60_000;
    await store.write(Buffer.from('new'));
    await store.keepWithin(limits(1));
    expect(store.usage()).toEqual({ bytes: 13, count: 2 });
  });

  it('makes room by itself when it grows', async () => {
    const store = await open();
    await store.keepWithin(limits(50));
    await writeMany(store, 12);
    // At work once more, after what the last write began.
    await store.keepWithin(limits(50));
    expect(store.usage().bytes).toBeLessThanOrEqual(50);
    expect(dropped.length).toBeGreaterThan(1);
  });

  it('knows after a restart what was used when', async () => {
    const store = await open();
    const digests = await writeMany(store, 4);
    nowMs += hourMs;
    await store.sizeBytes(digests[1]!);
    nowMs += hourMs;
    const next = await open();
    expect(next.usage()).toEqual({ bytes: 40, count: 4 });
    await next.keepWithin(limits(15));
    expect(await which(next, digests)).toEqual([1]);
  });

  it('lets a reader finish that has the file open, and takes the same bytes again', async () => {
    const store = await open();
    const digest = await write(store, 7);
    const file = await store.open(digest);
    nowMs += hourMs;
    await store.keepWithin(limits(1));
    expect(await store.open(digest)).toEqual({ ok: false, error: 'not-found' });
    expect(file.ok && (await file.value.readFile('utf8'))).toBe('0000000007');
    if (file.ok) await file.value.close();
    expect(await write(store, 7)).toBe(digest);
    expect(await which(store, [digest])).toEqual([0]);
  });

  it('counts what is on the disk, whatever was dropped when its process died', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(9), { maxLength: 9 }), async (removed) => {
        const store = await open();
        const digests = await writeMany(store, 10);
        // As a process leaves it that was killed after some of its removals.
        for (const index of removed)
          await rm(path.join(directory, digests[index]!.slice(0, 2), digests[index]!));
        const next = await open();
        expect(next.usage()).toEqual({
          bytes: 10 * (10 - removed.length),
          count: 10 - removed.length,
        });
        nowMs += hourMs;
        await next.keepWithin(limits(0));
        expect(next.usage()).toEqual({ bytes: 0, count: 0 });
        expect(
          (await readdir(directory, { recursive: true })).filter((name) => name.includes(path.sep)),
        ).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });
});
