import { rm, utimes } from 'node:fs/promises';
import type { Clock } from '../time/clock';

/** How exactly the time of the last use is on the disk, for the next start. */
const markIntervalMs = 60_000;

interface Kept {
  readonly sizeBytes: number;
  readonly usedAtMs: number;
  readonly markedAtMs: number;
}

interface Dropped {
  readonly count: number;
  readonly bytes: number;
}

/**
 * The files of a bounded store in order of last use, kept in memory so that nothing costs a scan of the disk. The disk is what
 * counts: a file is there or not, and its time of modification is that of its last use, so a kill at any moment leaves
 * nothing to be mended.
 */
export class FileIndex {
  /** In order of last use. */
  readonly #kept = new Map<string, Kept>();
  #sizeBytes = 0;

  constructor(
    private readonly placeOf: (name: string) => string,
    private readonly clock: Pick<Clock, 'nowMs'>,
  ) {}

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get count(): number {
    return this.#kept.size;
  }

  sizeOf(name: string): number | undefined {
    return this.#kept.get(name)?.sizeBytes;
  }

  /** What an earlier run left; the rest of the index is used only after all of it was told. */
  found(files: readonly { name: string; sizeBytes: number; usedAtMs: number }[]): void {
    const oldestFirst = [...files].sort((a, b) => a.usedAtMs - b.usedAtMs);
    for (const { name, sizeBytes, usedAtMs } of oldestFirst)
      this.#keep(name, { sizeBytes, usedAtMs, markedAtMs: usedAtMs });
  }

  added(name: string, sizeBytes: number): void {
    const nowMs = this.clock.nowMs();
    this.#keep(name, { sizeBytes, usedAtMs: nowMs, markedAtMs: nowMs });
  }

  async used(name: string): Promise<void> {
    const kept = this.#kept.get(name);
    if (kept === undefined) return;
    const usedAtMs = this.clock.nowMs();
    const isMarked = usedAtMs - kept.markedAtMs < markIntervalMs;
    this.#keep(name, { ...kept, usedAtMs, markedAtMs: isMarked ? kept.markedAtMs : usedAtMs });
    // Without the mark it only goes earlier than it should after a restart.
    if (!isMarked)
      await utimes(this.placeOf(name), usedAtMs / 1000, usedAtMs / 1000).catch(() => undefined);
  }

  /** Removes those not used for longest, of those that may go, until no more than `largestBytes` are left. */
  async dropTo(
    largestBytes: number,
    mayGo: (name: string, usedAtMs: number) => boolean = () => true,
  ): Promise<Dropped> {
    const before = { count: this.#kept.size, bytes: this.#sizeBytes };
    for (const name of [...this.#kept.keys()]) {
      if (this.#sizeBytes <= largestBytes) break;
      // It may have been used, or forgotten, while others were being removed.
      const kept = this.#kept.get(name);
      if (kept === undefined || !mayGo(name, kept.usedAtMs)) continue;
      this.#forget(name);
      await rm(this.placeOf(name), { force: true });
    }
    return { count: before.count - this.#kept.size, bytes: before.bytes - this.#sizeBytes };
  }

  #keep(name: string, kept: Kept): void {
    this.#forget(name);
    this.#kept.set(name, kept);
    this.#sizeBytes += kept.sizeBytes;
  }

  #forget(name: string): void {
    this.#sizeBytes -= this.#kept.get(name)?.sizeBytes ?? 0;
    this.#kept.delete(name);
  }
}
