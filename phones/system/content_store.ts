import { createHash } from 'node:crypto';

/** Below this, sharing saves less than the hash costs. */
const smallestSharedBytes = 64 * 1024;

/** Keeps one copy of equal large files over all phones of a fleet, so that 500 phones can hold the same model. */
export class ContentStore {
  readonly #byDigest = new Map<string, WeakRef<Buffer>>();
  readonly #digests = new WeakMap<Buffer, string>();
  #sweepAtSize = 64;

  /** The chunks joined, or an earlier buffer with the same bytes. Callers must not write into it. */
  intern(chunks: readonly Buffer[]): Buffer {
    const bytes = Buffer.concat(chunks);
    if (bytes.length < smallestSharedBytes) return bytes;
    const digest = this.digest(bytes);
    const known = this.#byDigest.get(digest)?.deref();
    if (known !== undefined) return known;
    this.#byDigest.set(digest, new WeakRef(bytes));
    this.#sweep();
    return bytes;
  }

  /** Lower-case hexadecimal SHA-256, computed once for each buffer. */
  digest(bytes: Buffer): string {
    const known = this.#digests.get(bytes);
    if (known !== undefined) return known;
    const digest = createHash('sha256').update(bytes).digest('hex');
    this.#digests.set(bytes, digest);
    return digest;
  }

  #sweep(): void {
    if (this.#byDigest.size < this.#sweepAtSize) return;
    for (const [digest, reference] of this.#byDigest)
      if (reference.deref() === undefined) this.#byDigest.delete(digest);
    this.#sweepAtSize = Math.max(64, 2 * this.#byDigest.size);
  }
}
