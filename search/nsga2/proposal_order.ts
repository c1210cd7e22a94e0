/**
 * Hands results on in the order of proposal rather than of arrival, as a processor retires instructions. Without it an
 * asynchronous search breeds first, and most, from what is quick to measure: quick architectures, and those that met a quick
 * device. A straggler must not stop the learning either: when more than `largestLag` results wait behind the gaps, the gaps up to
 * the oldest result are given up, and what still comes for them is handed on when it comes.
 */
export class ProposalOrder<Result> {
  readonly #largestLag: number;
  readonly #waiting = new Map<number, Result>();
  readonly #missing = new Set<number>();
  #next = 0;

  constructor(largestLag: number) {
    this.#largestLag = largestLag;
  }

  /** The results whose turn it is now that this one arrived. */
  arrive(sequence: number, result: Result): readonly Result[] {
    if (sequence < this.#next) return [result];
    this.#waiting.set(sequence, result);
    return this.#advance();
  }

  /** Nothing will come for `sequence`. Returns the results that waited only for it. */
  skip(sequence: number): readonly Result[] {
    if (sequence >= this.#next) this.#missing.add(sequence);
    return this.#advance();
  }

  #advance(): readonly Result[] {
    const ready: Result[] = [];
    for (;;) {
      const result = this.#waiting.get(this.#next);
      if (result !== undefined) ready.push(result);
      else if (!this.#missing.has(this.#next) && this.#waiting.size <= this.#largestLag)
        return ready;
      this.#waiting.delete(this.#next);
      this.#missing.delete(this.#next);
      this.#next += 1;
    }
  }
}
