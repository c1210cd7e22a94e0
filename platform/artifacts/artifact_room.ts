import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isArtifactDigest, type ArtifactDigest } from '../../common/artifact';
import type { Clock } from '../time/clock';
import { FileIndex } from './file_index';

/** Time in which a model that just came is in no job yet, or its job is being handed out. */
const freshMs = 15 * 60_000;
/** More is dropped than must be, so that not each new model goes through all of them. */
const filledShare = 0.9;

export interface RoomLimits {
  readonly largestBytes: number;
  /** Those that open searches, fronts and open jobs need; they stay, even when they alone are more. */
  readonly needed: () => Promise<ReadonlySet<ArtifactDigest>>;
  readonly onDropped: (count: number, bytes: number) => void;
}

/** Which artifacts a store has, and which go when there are too many: those not used for longest that nobody needs. */
export class ArtifactRoom {
  readonly #files: FileIndex;
  #limits: RoomLimits | undefined;
  #making: Promise<void> | undefined;

  private constructor(
    placeOf: (digest: ArtifactDigest) => string,
    private readonly clock: Pick<Clock, 'nowMs'>,
  ) {
    this.#files = new FileIndex(placeOf, clock);
  }

  /** Looks through the store's folders. */
  static async open(
    directory: string,
    placeOf: (digest: ArtifactDigest) => string,
    clock: Pick<Clock, 'nowMs'>,
  ): Promise<ArtifactRoom> {
    const room = new ArtifactRoom(placeOf, clock);
    const found: { name: ArtifactDigest; sizeBytes: number; usedAtMs: number }[] = [];
    for (const folder of await readdir(directory)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const name of (await readdir(path.join(directory, folder))).filter(isArtifactDigest)) {
        const { size, mtimeMs } = await stat(placeOf(name));
        found.push({ name, sizeBytes: size, usedAtMs: mtimeMs });
      }
    }
    room.#files.found(found);
    return room;
  }

  get sizeBytes(): number {
    return this.#files.sizeBytes;
  }

  get count(): number {
    return this.#files.count;
  }

  /** From now on the store is kept within the limits. */
  async keepWithin(limits: RoomLimits): Promise<void> {
    this.#limits = limits;
    await this.makeRoom();
  }

  added(digest: ArtifactDigest, sizeBytes: number): void {
    this.#files.added(digest, sizeBytes);
  }

  used(digest: ArtifactDigest): Promise<void> {
    return this.#files.used(digest);
  }

  /** Drops what is too much. Calls while it is at work are that work. */
  makeRoom(): Promise<void> {
    this.#making ??= this.#drop().finally(() => (this.#making = undefined));
    return this.#making;
  }

  async #drop(): Promise<void> {
    const limits = this.#limits;
    if (limits === undefined || this.sizeBytes <= limits.largestBytes) return;
    const needed = await limits.needed();
    const dropped = await this.#files.dropTo(
      limits.largestBytes * filledShare,
      (digest, usedAtMs) => !needed.has(digest) && usedAtMs <= this.clock.nowMs() - freshMs,
    );
    if (dropped.count > 0) limits.onDropped(dropped.count, dropped.bytes);
  }
}
