import { readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { isArtifactDigest, type ArtifactDigest } from '../../common/artifact';
import type { Clock } from '../../platform/time/clock';

/** Time in which a model that just came is in no job yet, or its job is being handed out. */
const freshMs = 15 * 60_000;
/** How exactly the time of the last use is on the disk, for the next start. */
const markIntervalMs = 60_000;
/** More is dropped than must be, so that not each new model goes through all of them. */
const filledShare = 0.9;

export interface RoomLimits {
  readonly largestBytes: number;
  /** Those that open searches, fronts and open jobs need; they stay, even when they alone are more. */
  readonly needed: () => Promise<ReadonlySet<ArtifactDigest>>;
  readonly onDropped: (count: number, bytes: number) => void;
}

interface Kept {
  readonly sizeBytes: number;
  usedAtMs: number;
  markedAtMs: number;
}

/**
 * Which artifacts a store has, and which go when there are too many: those not used for longest that nobody needs. The disk
 * is what counts: a file is there or not, and its time of modification is that of its last use, so a kill at any moment
 * leaves nothing to be mended.
 */
export class ArtifactRoom {
  readonly #kept = new Map<ArtifactDigest, Kept>();
  #sizeBytes = 0;
  #limits: RoomLimits | undefined;
  #making: Promise<void> | undefined;

  private constructor(
    private readonly placeOf: (digest: ArtifactDigest) => string,
    private readonly clock: Pick<Clock, 'nowMs'>,
  ) {}

  /** Looks through the store's folders. */
  static async open(
    directory: string,
    placeOf: (digest: ArtifactDigest) => string,
    clock: Pick<Clock, 'nowMs'>,
  ): Promise<ArtifactRoom> {
    const room = new ArtifactRoom(placeOf, clock);
    for (const folder of await readdir(directory)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const name of (await readdir(path.join(directory, folder))).filter(isArtifactDigest)) {
        const { size, mtimeMs } = await stat(placeOf(name));
        room.#keep(name, { sizeBytes: size, usedAtMs: mtimeMs, markedAtMs: mtimeMs });
      }
    }
    return room;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get count(): number {
    return this.#kept.size;
  }

  /** From now on the store is kept within the limits. */
  async keepWithin(limits: RoomLimits): Promise<void> {
    this.#limits = limits;
    await this.makeRoom();
  }

  added(digest: ArtifactDigest, sizeBytes: number): void {
    const nowMs = this.clock.nowMs();
    this.#keep(digest, { sizeBytes, usedAtMs: nowMs, markedAtMs: nowMs });
  }

  async used(digest: ArtifactDigest): Promise<void> {
    const kept = this.#kept.get(digest);
    if (kept === undefined) return;
    kept.usedAtMs = this.clock.nowMs();
    if (kept.usedAtMs - kept.markedAtMs < markIntervalMs) return;
    kept.markedAtMs = kept.usedAtMs;
    const seconds = kept.usedAtMs / 1000;
    // Without the mark it only goes earlier than it should after a restart.
    await utimes(this.placeOf(digest), seconds, seconds).catch(() => undefined);
  }

  /** Drops what is too much. Calls while it is at work are that work. */
  makeRoom(): Promise<void> {
    this.#making ??= this.#drop().finally(() => (this.#making = undefined));
    return this.#making;
  }

  async #drop(): Promise<void> {
    const limits = this.#limits;
    if (limits === undefined || this.#sizeBytes <= limits.largestBytes) return;
    const needed = await limits.needed();
    const oldestFirst = [...this.#kept]
      .filter(([digest]) => !needed.has(digest))
      .sort(([, a], [, b]) => a.usedAtMs - b.usedAtMs);
    const before = { bytes: this.#sizeBytes, count: this.#kept.size };
    for (const [digest, kept] of oldestFirst) {
      if (this.#sizeBytes <= limits.largestBytes * filledShare) break;
      // It was used while others were being removed.
      if (kept.usedAtMs > this.clock.nowMs() - freshMs) continue;
      this.#forget(digest);
      await rm(this.placeOf(digest), { force: true });
    }
    if (this.#kept.size < before.count)
      limits.onDropped(before.count - this.#kept.size, before.bytes - this.#sizeBytes);
  }

  #keep(digest: ArtifactDigest, kept: Kept): void {
    this.#forget(digest);
    this.#kept.set(digest, kept);
    this.#sizeBytes += kept.sizeBytes;
  }

  #forget(digest: ArtifactDigest): void {
    this.#sizeBytes -= this.#kept.get(digest)?.sizeBytes ?? 0;
    this.#kept.delete(digest);
  }
}
