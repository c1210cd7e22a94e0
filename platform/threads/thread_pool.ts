import { fail, type Result } from '../../common/result';
import { abortedWhile, PoolThread, type PoolThreadOptions } from './pool_thread';
import type { ThreadFailure, ThreadTask } from './thread_failure';

/**
 * A thread without work for so long ends, and its memory goes back to the system. Long enough that one which is asked every
 * few seconds keeps what it has computed; starting another takes some 100 ms.
 */
const longestIdleMs = 30_000;

export interface ThreadPoolOptions extends PoolThreadOptions {
  /** Threads at most. */
  readonly workers: number;
  /** Requests that may wait: callers bound what they ask ahead, so more is a broken caller. */
  readonly largestQueue: number;
  /** Instead of half a minute. */
  readonly idleMs?: number;
}

/** How a pool is just now, for metrics and operators. */
export interface ThreadPoolSnapshot {
  readonly name: string;
  readonly mostThreads: number;
  readonly largestHeapMb: number;
  /** Those that live: `busy` and idle ones. */
  readonly threads: number;
  readonly busy: number;
  readonly queued: number;
  /** Threads that crashed, hung or outgrew their memory since the start. */
  readonly lost: number;
}

interface QueuedRequest<Request, Output> {
  readonly task: ThreadTask<Request>;
  readonly settle: (result: Result<Output, ThreadFailure>) => void;
}

interface Idle<Request, Output> {
  readonly thread: PoolThread<Request, Output>;
  readonly timer: NodeJS.Timeout;
}

const closed: ThreadFailure = { kind: 'closed', message: 'the program is ending' };

/**
 * Worker threads for what takes longer than the event loop may stand still, first come first served, each bounded in time
 * and memory. A thread that crashed or hung is replaced, one without work ends. Why not piscina: ARCHITECTURE.md, decisions.
 */
export class ThreadPool<Request, Output> {
  readonly #options: ThreadPoolOptions;
  readonly #waiting = new Set<QueuedRequest<Request, Output>>();
  readonly #idle: Idle<Request, Output>[] = [];
  readonly #busy = new Set<PoolThread<Request, Output>>();
  #lost = 0;
  #isClosed = false;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  run(task: ThreadTask<Request>): Promise<Result<Output, ThreadFailure>> {
    const { signal, what } = task;
    if (this.#isClosed) return Promise.resolve(fail(closed));
    if (signal?.aborted === true) return Promise.resolve(fail(abortedWhile(what)));
    if (this.#waiting.size >= this.#options.largestQueue) {
      return Promise.resolve(
        fail({
          kind: 'queue-full',
          message: `${this.#options.largestQueue} others wait before ${what}`,
        }),
      );
    }
    return new Promise((resolve) => {
      const drop = (): void => {
        if (this.#waiting.delete(waiting)) waiting.settle(fail(abortedWhile(what)));
      };
      const waiting: QueuedRequest<Request, Output> = {
        task,
        settle: (result) => {
          signal?.removeEventListener('abort', drop);
          resolve(result);
        },
      };
      signal?.addEventListener('abort', drop, { once: true });
      this.#waiting.add(waiting);
      this.#startNext();
    });
  }

  snapshot(): ThreadPoolSnapshot {
    const { name, workers, largestHeapMb } = this.#options;
    const idle = this.#idle.filter(({ thread }) => !thread.isSpent).length;
    return {
      name,
      mostThreads: workers,
      largestHeapMb,
      threads: idle + this.#busy.size,
      busy: this.#busy.size,
      queued: this.#waiting.size,
      lost: this.#lost,
    };
  }

  /** Ends all threads; what was waiting or at work fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const { settle } of waiting) settle(fail(closed));
    const idle = this.#idle.splice(0).map(({ thread, timer }) => {
      clearTimeout(timer);
      return thread;
    });
    await Promise.all([...idle, ...this.#busy].map((thread) => thread.terminate()));
  }

  #startNext(): void {
    if (this.#isClosed || this.#busy.size >= this.#options.workers) return;
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    const thread = this.#takeThread();
    this.#busy.add(thread);
    void thread.run(next.task).then((result) => {
      this.#busy.delete(thread);
      this.#release(thread, result);
      next.settle(this.#isClosed && !result.ok ? fail(closed) : result);
      this.#startNext();
    });
  }

  /** The one used last, so that those too many become idle for long. */
  #takeThread(): PoolThread<Request, Output> {
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      clearTimeout(last.timer);
      if (!last.thread.isSpent) return last.thread;
      // An idle thread can die too, for want of memory.
      this.#lost += 1;
    }
    return new PoolThread(this.#options);
  }

  #release(thread: PoolThread<Request, Output>, result: Result<Output, ThreadFailure>): void {
    if (this.#isClosed) return;
    if (thread.isSpent) {
      if (result.ok || result.error.kind !== 'aborted') this.#lost += 1;
      return;
    }
    const timer = setTimeout(() => this.#retire(thread), this.#options.idleMs ?? longestIdleMs);
    timer.unref();
    this.#idle.push({ thread, timer });
  }

  #retire(thread: PoolThread<Request, Output>): void {
    const index = this.#idle.findIndex((idle) => idle.thread === thread);
    if (index !== -1) this.#idle.splice(index, 1);
    void thread.terminate();
  }
}
