import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { largestArtifactBytes, type ArtifactDigest } from '../../common/artifact';
import { fail, ok, type Result } from '../../common/result';
import { systemClock } from '../time/clock';
import { retry } from '../time/retry';
import { systemErrorCode } from '../files/system_error';
import { FileIndex } from './file_index';

/** Where missing bytes come from. Chunks from `offset` on; throws when the source fails. */
export interface ArtifactSource {
  fetch(digest: ArtifactDigest, offset: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** What is wanted: bytes of this digest, and of this size where that is known. The format ends the file's name. */
export interface WantedArtifact {
  readonly digest: ArtifactDigest;
  readonly sizeBytes: number | null;
  readonly format: string;
}

interface ArtifactCacheOptions {
  readonly folder: string;
  readonly source: ArtifactSource;
  /** Least recently used artifacts are removed above this. */
  readonly largestBytes: number;
}

/** Why there is no file. `stopped`: the caller's own wish. */
export interface CacheFailure {
  readonly kind: 'stopped' | 'disk-full' | 'unavailable';
  readonly message: string;
}

export interface ArtifactCache {
  /** The path of the verified bytes. `signal` ends this caller's wait, not the download that others may share. */
  obtain(artifact: WantedArtifact, signal: AbortSignal): Promise<Result<string, CacheFailure>>;
  /** Starts a download if it is not there; its failure is met again, and reported, by `obtain`. */
  prefetch(artifact: WantedArtifact): void;
  close(): void;
}

/** A broken connection resumes where it stopped; a source that fails this often in a row is not there. */
const fetching = { mostTries: 4, backoff: { firstDelayMs: 0, largestDelayMs: 0 } } as const;
/** One artifact may take this long before its job is given back: 2 GB over a slow office network. */
const fetchDeadlineMs = 10 * 60_000;

export async function openArtifactCache(options: ArtifactCacheOptions): Promise<ArtifactCache> {
  const index = await openIndex(options.folder);
  const shutdown = new AbortController();
  const downloads = new Map<ArtifactDigest, Promise<Result<string, CacheFailure>>>();

  const load = (artifact: WantedArtifact): Promise<Result<string, CacheFailure>> => {
    const running = downloads.get(artifact.digest);
    if (running !== undefined) return running;
    const started = loadArtifact(
      { ...options, index },
      artifact,
      AbortSignal.any([shutdown.signal, AbortSignal.timeout(fetchDeadlineMs)]),
    ).finally(() => downloads.delete(artifact.digest));
    downloads.set(artifact.digest, started);
    return started;
  };

  return {
    obtain: (artifact, signal) => unlessStopped(load(artifact), signal),
    prefetch: (artifact) => void load(artifact),
    close: () => shutdown.abort(),
  };
}

/** Reads what an earlier run left. Partial downloads stay: they are resumed, or fall out as the oldest. */
async function openIndex(folder: string): Promise<FileIndex> {
  await mkdir(folder, { recursive: true });
  const index = new FileIndex((name) => path.join(folder, name), systemClock);
  index.found(
    await Promise.all(
      (await readdir(folder)).map(async (name) => {
        const { size, mtimeMs } = await stat(path.join(folder, name));
        return { name, sizeBytes: size, usedAtMs: mtimeMs };
      }),
    ),
  );
  return index;
}

function unlessStopped(
  loading: Promise<Result<string, CacheFailure>>,
  signal: AbortSignal,
): Promise<Result<string, CacheFailure>> {
  return new Promise((resolve) => {
    const stop = (): void =>
      resolve(fail({ kind: 'stopped', message: 'stopped while the model was being fetched' }));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    void loading.then(resolve).finally(() => signal.removeEventListener('abort', stop));
  });
}

async function loadArtifact(
  options: ArtifactCacheOptions & { readonly index: FileIndex },
  artifact: WantedArtifact,
  signal: AbortSignal,
): Promise<Result<string, CacheFailure>> {
  const name = `${artifact.digest}.${artifact.format}`;
  const finalPath = path.join(options.folder, name);
  try {
    if (await isThere(options.index, artifact, { name, finalPath })) await options.index.used(name);
    else {
      await options.index.dropTo(options.largestBytes - (artifact.sizeBytes ?? 0));
      const failure = await download(options.source, artifact, `${finalPath}.part`, signal);
      if (failure !== undefined)
        return fail({
          kind: 'unavailable',
          message: `model ${artifact.digest.slice(0, 12)}: ${failure}`,
        });
      const { size } = await stat(`${finalPath}.part`);
      await rename(`${finalPath}.part`, finalPath);
      options.index.added(name, size);
    }
    return ok(finalPath);
  } catch (error) {
    return fail({
      kind: systemErrorCode(error) === 'ENOSPC' ? 'disk-full' : 'unavailable',
      message: `model cache in ${options.folder}: ${(error as Error).message}`,
    });
  }
}

/** Content was verified before it got its final name; the size guards against a disk that was full at a crash. */
async function isThere(
  index: FileIndex,
  { sizeBytes }: WantedArtifact,
  { name, finalPath }: { readonly name: string; readonly finalPath: string },
): Promise<boolean> {
  const knownBytes = index.sizeOf(name);
  if (knownBytes === undefined || knownBytes !== (sizeBytes ?? knownBytes)) return false;
  const found = await stat(finalPath).catch(() => undefined);
  return found?.size === knownBytes;
}

async function download(
  source: ArtifactSource,
  artifact: WantedArtifact,
  partPath: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const fetched = await retry({ ...fetching, clock: systemClock, signal }, async () => {
    const failure = await appendMissing(source, artifact, partPath, signal);
    return failure === undefined ? ok(undefined) : fail(failure);
  });
  return fetched.ok ? undefined : (fetched.error ?? 'stopped');
}

/** Fetches what `partPath` lacks and checks the whole. Returns why it failed; bytes that prove wrong are removed. */
async function appendMissing(
  source: ArtifactSource,
  artifact: WantedArtifact,
  partPath: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const file = await open(partPath, 'a');
  try {
    const hash = createHash('sha256');
    let sizeBytes = (await file.stat()).size;
    if (sizeBytes > 0)
      for await (const chunk of createReadStream(partPath, { end: sizeBytes - 1 }))
        hash.update(chunk as Buffer);
    for await (const chunk of source.fetch(artifact.digest, sizeBytes, signal)) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > (artifact.sizeBytes ?? largestArtifactBytes)) break;
      hash.update(chunk);
      await file.appendFile(chunk);
    }
    if (sizeBytes < (artifact.sizeBytes ?? 0)) return 'the source ended early';
    if (sizeBytes === (artifact.sizeBytes ?? sizeBytes) && hash.digest('hex') === artifact.digest)
      return undefined;
    await file.truncate(0);
    return 'the bytes do not match the digest';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
    return (error as Error).message;
  } finally {
    await file.close();
  }
}
