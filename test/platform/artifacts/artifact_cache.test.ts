import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openArtifactCache, type ArtifactSource } from '../../../platform/artifacts/artifact_cache';
import type { Artifact } from '../../../common/artifact';

const patience = new AbortController().signal;

describe('the artifact cache', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'cache-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('fetches what it lacks once, and serves it from disk afterwards, also after a restart', async () => {
    const { artifact, source, bytes } = published(100_000);
    const cache = await openArtifactCache({ folder, source, largestBytes: 1e9 });
    const [first, second] = await Promise.all([
      cache.obtain(artifact, patience),
      cache.obtain(artifact, patience),
    ]);
    expect(first).toEqual(second);
    expect(await readFile(pathOf(first))).toEqual(bytes);
    const again = await openArtifactCache({ folder, source, largestBytes: 1e9 });
    await again.obtain(artifact, patience);
    expect(source.offsets).toEqual([0]);
  });

  it('takes the size as it comes where only the digest is known', async () => {
    const { artifact, source, bytes } = published(100_000, { breakAfterBytes: 40_000 });
    const cache = await openArtifactCache({ folder, source, largestBytes: 1e9 });
    const wanted = { digest: artifact.digest, sizeBytes: null, format: 'npz' };
    expect(await readFile(pathOf(await cache.obtain(wanted, patience)))).toEqual(bytes);
    await cache.obtain(wanted, patience);
    expect(source.offsets).toEqual([0, 40_000, 80_000]);
  });

  it('fetches anew a file of unknown size that was cut short on the disk', async () => {
    const { artifact, source, bytes } = published(50_000);
    const wanted = { digest: artifact.digest, sizeBytes: null, format: 'npz' };
    const cache = await openArtifactCache({ folder, source, largestBytes: 1e9 });
    await writeFile(pathOf(await cache.obtain(wanted, patience)), bytes.subarray(0, 10));
    expect(await readFile(pathOf(await cache.obtain(wanted, patience)))).toEqual(bytes);
  });

  it('resumes a broken download where it stopped', async () => {
    const { artifact, source, bytes } = published(100_000, { breakAfterBytes: 40_000 });
    const cache = await openArtifactCache({ folder, source, largestBytes: 1e9 });
    expect(await readFile(pathOf(await cache.obtain(artifact, patience)))).toEqual(bytes);
    expect(source.offsets).toEqual([0, 40_000, 80_000]);
  });

  it('resumes a part that an earlier run left', async () => {
    const { artifact, source, bytes } = published(50_000);
    await writeFile(path.join(folder, `${artifact.digest}.onnx.part`), bytes.subarray(0, 20_000));
    const cache = await openArtifactCache({ folder, source, largestBytes: 1e9 });
    expect(await readFile(pathOf(await cache.obtain(artifact, patience)))).toEqual(bytes);
    expect(source.offsets).toEqual([20_000]);
  });

  it('starts over when a part proves to be wrong, and never serves bytes of another digest', async () => {
    const { artifact, source, bytes } = published(50_000);
    await writeFile(path.join(folder, `${artifact.digest}.onnx.part`), randomBytes(20_000));
    const cache = await openArtifactCache({ folder, source, largestBytes: 1e9 });
    expect(await readFile(pathOf(await cache.obtain(artifact, patience)))).toEqual(bytes);
    expect(source.offsets).toEqual([20_000, 0]);
  });

  it('gives up on a source that keeps failing, and says why', async () => {
    const { artifact } = published(10);
    const source: ArtifactSource = {
      fetch: () => {
        throw new Error('unreachable');
      },
    };
    const cache = await openArtifactCache({ folder, source, largestBytes: 1e9 });
    expect(await cache.obtain(artifact, patience)).toMatchObject({
      ok: false,
      error: { kind: 'unavailable', message: expect.stringContaining('unreachable') as string },
    });
  });

  it('removes the least recently used files above its limit', async () => {
    const [oldest, used, newest] = [published(40_000), published(40_000), published(40_000)];
    const all = combine([oldest, used, newest].map((each) => each.source));
    const cache = await openArtifactCache({ folder, source: all, largestBytes: 100_000 });
    await cache.obtain(oldest.artifact, patience);
    await cache.obtain(used.artifact, patience);
    await cache.obtain(oldest.artifact, patience);
    await cache.obtain(newest.artifact, patience);
    expect((await readdir(folder)).sort()).toEqual(
      [oldest, newest].map((each) => `${each.artifact.digest}.onnx`).sort(),
    );
  });

  it('ends the wait of a stopped job, not the download', async () => {
    const { artifact, source } = published(100_000);
    const cache = await openArtifactCache({ folder, source, largestBytes: 1e9 });
    expect(await cache.obtain(artifact, AbortSignal.abort())).toMatchObject({
      ok: false,
      error: { kind: 'stopped' },
    });
    expect((await cache.obtain(artifact, patience)).ok).toBe(true);
    expect(source.offsets).toEqual([0]);
  });
});

interface CountingSource extends ArtifactSource {
  readonly offsets: number[];
  readonly digest: string;
}

function published(
  sizeBytes: number,
  faults: { readonly breakAfterBytes?: number } = {},
): { artifact: Artifact; source: CountingSource; bytes: Buffer } {
  const bytes = randomBytes(sizeBytes);
  const digest = createHash('sha256').update(bytes).digest('hex');
  const offsets: number[] = [];
  const source: CountingSource = {
    digest,
    offsets,
    async *fetch(_digest, offset) {
      offsets.push(offset);
      await Promise.resolve();
      const end = Math.min(bytes.length, offset + (faults.breakAfterBytes ?? bytes.length));
      for (let at = offset; at < end; at += 10_000)
        yield bytes.subarray(at, Math.min(end, at + 10_000));
      if (end < bytes.length) throw new Error('connection reset');
    },
  };
  return { artifact: { digest, sizeBytes, format: 'onnx' }, source, bytes };
}

function combine(sources: readonly CountingSource[]): ArtifactSource {
  return {
    fetch: (digest, offset, signal) =>
      sources.find((each) => each.digest === digest)!.fetch(digest, offset, signal),
  };
}

function pathOf(
  result: Awaited<ReturnType<Awaited<ReturnType<typeof openArtifactCache>>['obtain']>>,
): string {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
