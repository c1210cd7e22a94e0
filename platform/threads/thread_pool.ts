import { fail, type Result } from '../../common/result';
import { PoolThread, type PoolThreadOptions } from './pool_thread';
import type { ThreadFailure, ThreadTask } from './thread_failure';

export interface ThreadPoolOptions extends PoolThreadOptions {
  readonly workers: number;
  /** Requests that may wait: callers bound what they ask ahead, so more is a broken caller. */
  readonly largestQueue: number;
}

interface Waiting<Request, Output> {
  readonly task: ThreadTask<Request>;
  readonly resolve: (result: Result<Output, ThreadFailure>) => void;
}

/**
 * Worker threads for what takes longer than the event loop may stand still, first come first served, each bounded in time
 * and memory. A thread that crashed or hung is replaced. It starts threads only when there is work, and keeps them.
 */
export class ThreadPool<Request, Output> {
  readonly #options: ThreadPoolOptions;
  readonly #waiting: Waiting<Request, Output>[] = [];
  readonly #idle: PoolThread<Request, Output>[] = [];
  readonly #busy = new Set<PoolThread<Request, Output>>();
  #isClosed = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  run(task: ThreadTask<Request>): Promise<Result<Output, ThreadFailure>> {
    if (this.#isClosed)
      return Promise.resolve(fail({ kind: 'closed', message: 'the coordinator is ending' }));
    if (this.#waiting.length >= this.#options.largestQueue) {
      return Promise.resolve(
        fail({
          kind: 'queue-full',
          message: `${this.#options.largestQueue} others wait before ${task.what}`,
        }),
      );
    }
    return new Promise((resolve) => {
      this.#waiting.push({ task, resolve });
      this.#startNext();
    });
  }

  /** Ends all threads; what was waiting or at work fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { resolve } of this.#waiting.splice(0))
      resolve(fail({ kind: 'closed', message: 'the coordinator is ending' }));
    await Promise.all([...this.#idle, ...this.#busy].map((thread) => thread.terminate()));
  }

  #startNext(): void {
    if (this.#isClosed || this.#busy.size >= this.#options.workers) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    const thread = this.#takeThread();
    this.#busy.add(thread);
    void thread.run(next.task).then((result) => {
      this.#busy.delete(thread);
      if (!thread.isSpent) this.#idle.push(thread);
      next.resolve(result);
      this.#startNext();
    });
  }

  #takeThread(): PoolThread<Request, Output> {
    // An idle thread can die too, for want of memory.
    for (let thread = this.#idle.pop(); thread !== undefined; thread = this.#idle.pop()) {
      if (!thread.isSpent) return thread;
    }
    return new PoolThread(this.#options);
  }
}
