import { createHash, randomUUID, type Hash } from 'node:crypto';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { isArtifactDigest, largestArtifactBytes, type ArtifactDigest } from '../../common/artifact';
import { assert } from '../../common/assert';
import { BadInputError } from '../../common/bad_input';
import { systemClock, type Clock } from '../time/clock';
import { fail, ok, type Result } from '../../common/result';
import { ArtifactRoom, type RoomLimits } from './artifact_room';

export interface StoredArtifact {
  readonly digest: ArtifactDigest;
  readonly sizeBytes: number;
}

/** Bytes on their way in. `discard` ends it, before or after `finish`; what a crash leaves is removed at the next start. */
export interface ArtifactWriter {
  /** @throws BadInputError when the artifact grows beyond the limit. */
  write(data: Uint8Array): Promise<void>;
  /** The file that holds what was written so far, until `finish` or `discard`. */
  readonly path: string;
  /** Puts the bytes in place durably, under their digest. */
  finish(): Promise<StoredArtifact>;
  /** Frees what the writer holds; harmless after `finish`, whose artifact stays. */
  discard(): Promise<void>;
}

/** Immutable files under `artifacts/`, each named by its own hash: a second write of the same bytes changes nothing. */
export interface ArtifactStore {
  startWrite(): Promise<ArtifactWriter>;
  write(data: Uint8Array): Promise<StoredArtifact>;
  /**
   * Takes in what another program of ours writes: `fill` has it write the bytes into the file that it is told, durably, and says what they
   * are. Nothing is left of it when that fails.
   */
  receive<Filled extends StoredArtifact, Failure>(
    fill: (place: string) => Promise<Result<Filled, Failure>>,
  ): Promise<Result<Filled, Failure>>;
  /** The size, or undefined when the store has no such artifact. */
  sizeBytes(digest: ArtifactDigest): Promise<number | undefined>;
  /** The file, opened at the caller's charge to close it; `not-found` for an unknown digest. */
  open(digest: ArtifactDigest): Promise<Result<FileHandle, 'not-found'>>;
  /** Where its file is, for others to read; it may be dropped when nobody needs it. */
  locate(digest: ArtifactDigest): Promise<Result<string, 'not-found'>>;
  /** What the store holds. */
  usage(): { readonly bytes: number; readonly count: number };
  /** Drops what was not used for longest and nobody needs, now and whenever the store grows beyond the limit. */
  keepWithin(limits: RoomLimits): Promise<void>;
  /** The whole artifact, its hash checked. */
  read(digest: ArtifactDigest): Promise<Result<Uint8Array, 'not-found'>>;
}

interface ArtifactStoreOptions {
  /** Of one artifact. */
  readonly largestBytes: number;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** Opens the store in `directory` and clears what an earlier process left half-written. */
export async function openArtifactStore(
  directory: string,
  { largestBytes = largestArtifactBytes, clock = systemClock }: Partial<ArtifactStoreOptions> = {},
): Promise<ArtifactStore> {
  const incoming = path.join(directory, 'incoming');
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true });
  const room = await ArtifactRoom.open(
    directory,
    (digest) => artifactPath(directory, digest),
    clock,
  );
  const startWrite = async (): Promise<ArtifactWriter> => {
    const temporaryPath = path.join(incoming, randomUUID());
    const file = await open(temporaryPath, 'wx');
    return createWriter({ directory, temporaryPath, file, largestBytes, room });
  };
  const openFile = async (digest: ArtifactDigest): Promise<Result<FileHandle, 'not-found'>> => {
    await room.used(digest);
    return openArtifact(directory, digest);
  };
  return {
    startWrite,
    write: async (data) => {
      const writer = await startWrite();
      try {
        await writer.write(data);
        return await writer.finish();
      } finally {
        await writer.discard();
      }
    },
    receive: async (fill) => {
      const place = path.join(incoming, randomUUID());
      try {
        const filled = await fill(place);
        if (filled.ok) await putInPlace({ directory, room, temporaryPath: place }, filled.value);
        return filled;
      } finally {
        await rm(place, { force: true });
      }
    },
    sizeBytes: async (digest) => {
      await room.used(digest);
      return fileSize(directory, digest);
    },
    locate: async (digest) => {
      await room.used(digest);
      return (await fileSize(directory, digest)) === undefined
        ? fail('not-found')
        : ok(artifactPath(directory, digest));
    },
    usage: () => ({ bytes: room.sizeBytes, count: room.count }),
    keepWithin: (limits) => room.keepWithin(limits),
    open: openFile,
    read: async (digest) => {
      const file = await openFile(digest);
      if (!file.ok) return file;
      return ok(await readChecked(file.value, digest));
    },
  };
}

async function readChecked(file: FileHandle, digest: ArtifactDigest): Promise<Uint8Array> {
  try {
    const data = await file.readFile();
    assert(
      createHash('sha256').update(data).digest('hex') === digest,
      `artifact ${digest} on disk has the content of its name; remove the damaged file`,
    );
    return data;
  } finally {
    await file.close();
  }
}

interface IncomingParts {
  readonly directory: string;
  readonly temporaryPath: string;
  readonly file: FileHandle;
  readonly largestBytes: number;
  readonly room: ArtifactRoom;
}

function createWriter(parts: IncomingParts): ArtifactWriter {
  const hash: Hash = createHash('sha256');
  let sizeBytes = 0;
  return {
    write: async (data) => {
      if (sizeBytes + data.byteLength > parts.largestBytes) {
        throw new BadInputError(
          `the artifact is larger than ${String(parts.largestBytes)} bytes, the most that the farm takes; give a smaller model`,
        );
      }
      sizeBytes += data.byteLength;
      hash.update(data);
      await parts.file.appendFile(data);
    },
    path: parts.temporaryPath,
    finish: async () => {
      const digest = hash.digest('hex');
      // The bytes must be on the disk before their name is: a name that a crash left on an empty file would stay for ever.
      await parts.file.sync();
      await parts.file.close();
      await putInPlace(parts, { digest, sizeBytes });
      return { digest, sizeBytes };
    },
    discard: async () => {
      // Closing a closed FileHandle does nothing, and after finish the temporary name is gone.
      await parts.file.close();
      await rm(parts.temporaryPath, { force: true });
    },
  };
}

/** Under its own name from now on. */
async function putInPlace(
  { directory, temporaryPath, room }: Pick<IncomingParts, 'directory' | 'temporaryPath' | 'room'>,
  { digest, sizeBytes }: StoredArtifact,
): Promise<void> {
  const place = artifactPath(directory, digest);
  await mkdir(path.dirname(place), { recursive: true });
  await rename(temporaryPath, place);
  await syncDirectory(path.dirname(place));
  room.added(digest, sizeBytes);
  // Nobody waits for it: what it removes, nobody needs.
  void room.makeRoom().catch(() => undefined);
}

/** Two letters of fan-out keep directories small when a long search has stored a hundred thousand candidates. */
function artifactPath(directory: string, digest: ArtifactDigest): string {
  assert(isArtifactDigest(digest), 'an artifact path is made of a digest only');
  return path.join(directory, digest.slice(0, 2), digest);
}

async function openArtifact(
  directory: string,
  digest: ArtifactDigest,
): Promise<Result<FileHandle, 'not-found'>> {
  if (!isArtifactDigest(digest)) return fail('not-found');
  try {
    return ok(await open(artifactPath(directory, digest), 'r'));
  } catch (error) {
    if (isMissing(error)) return fail('not-found');
    throw error;
  }
}

async function fileSize(directory: string, digest: ArtifactDigest): Promise<number | undefined> {
  if (!isArtifactDigest(digest)) return undefined;
  try {
    return (await stat(artifactPath(directory, digest))).size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
