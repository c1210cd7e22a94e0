import { fail, type Result } from '../../common/result';

interface QueueLimits {
  /** What runs at the same time. */
  readonly atOnce: number;
  /** What may wait: callers bound what they ask ahead, so more is a broken caller. */
  readonly waiting: number;
}

/** Why something was not begun. */
export type NotBegun = 'queue-full' | 'cancelled' | 'closed';

interface WaitingTask {
  readonly begin: () => void;
  readonly drop: (reason: NotBegun) => void;
}

/** Runs so many things at once, first come first served; others wait, within a bound, until they are cancelled. */
export class BoundedQueue {
  readonly #limits: QueueLimits;
  readonly #waiting = new Set<WaitingTask>();
  #running = 0;
  #isClosed = false;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** What waits now. */
  get length(): number {
    return this.#waiting.size;
  }

  /** The work's own result, or why it was not begun. What has begun is not stopped by the signal: hand it to the work too. */
  async run<Value, Failure>(
    work: () => Promise<Result<Value, Failure>>,
    signal?: AbortSignal,
  ): Promise<Result<Value, Failure | NotBegun>> {
    const refused = await this.#turn(signal);
    if (refused !== undefined) return fail(refused);
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#beginNext();
    }
  }

  /** What waits is not begun, nor anything after. */
  close(): void {
    this.#isClosed = true;
    for (const { drop } of [...this.#waiting]) drop('closed');
  }

  /** Resolves when it is the caller's turn, with undefined, or when it will never be, with the reason. */
  #turn(signal: AbortSignal | undefined): Promise<NotBegun | undefined> {
    if (this.#isClosed) return Promise.resolve('closed');
    if (signal?.aborted === true) return Promise.resolve('cancelled');
    if (this.#running < this.#limits.atOnce) {
      this.#running += 1;
      return Promise.resolve(undefined);
    }
    if (this.#waiting.size >= this.#limits.waiting) return Promise.resolve('queue-full');
    return new Promise((resolve) => {
      const settle = (reason: NotBegun | undefined): void => {
        this.#waiting.delete(waiting);
        signal?.removeEventListener('abort', onAbort);
        resolve(reason);
      };
      const onAbort = (): void => settle('cancelled');
      const waiting: WaitingTask = { begin: () => settle(undefined), drop: settle };
      this.#waiting.add(waiting);
      signal?.addEventListener('abort', onAbort);
    });
  }

  #beginNext(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#running += 1;
    next.begin();
  }
}
