import { join } from 'node:path';
import { fail } from '../../common/result';
import type { BuildRequest, BuildResult } from './build_request';
import { BuildWorkerThread } from './build_worker_thread';

export interface BuildPoolOptions {
  /** A compiled module that answers requests as `build_worker` does. */
  readonly workerFile: string;
  readonly workers: number;
  /** For one model, start of its thread included. */
  readonly deadlineMs: number;
  /** Requests that may wait: searches bound what they ask ahead, so more is a broken caller. */
  readonly largestQueue: number;
}

/** A model takes around a second; one thread builds more than a shelf of phones measures and leaves the other cores alone. */
export const defaultBuildPool: BuildPoolOptions = { workerFile: join(__dirname, 'build_worker.js'), workers: 1, deadlineMs: 120_000, largestQueue: 10_000 };

interface Waiting {
  readonly request: BuildRequest;
  readonly resolve: (result: BuildResult) => void;
}

/** Builds candidates off the main thread, first come first served. A thread that crashed or hung is replaced. */
export class BuildPool {
  readonly #options: BuildPoolOptions;
  readonly #waiting: Waiting[] = [];
  readonly #idle: BuildWorkerThread[] = [];
  readonly #busy = new Set<BuildWorkerThread>();
  #isClosed = false;

  constructor(options: BuildPoolOptions) {
    this.#options = options;
  }

  build(request: BuildRequest): Promise<BuildResult> {
    if (this.#isClosed) return Promise.resolve(fail({ kind: 'closed', message: 'the coordinator is ending' }));
    if (this.#waiting.length >= this.#options.largestQueue) {
      return Promise.resolve(fail({ kind: 'queue-full', message: `${this.#options.largestQueue} models wait to be built` }));
    }
    return new Promise((resolve) => {
      this.#waiting.push({ request, resolve });
      this.#startNext();
    });
  }

  /** Ends all threads; what was waiting or being built fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve(fail({ kind: 'closed', message: 'the coordinator is ending' }));
    await Promise.all([...this.#idle, ...this.#busy].map((thread) => thread.terminate()));
  }

  #startNext(): void {
    if (this.#isClosed || this.#busy.size >= this.#options.workers) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    const thread = this.#takeThread();
    this.#busy.add(thread);
    void thread.build(next.request).then((result) => {
      this.#busy.delete(thread);
      if (!thread.isSpent) this.#idle.push(thread);
      next.resolve(result);
      this.#startNext();
    });
  }

  #takeThread(): BuildWorkerThread {
    // An idle thread can die too, for want of memory.
    for (let thread = this.#idle.pop(); thread !== undefined; thread = this.#idle.pop()) {
      if (!thread.isSpent) return thread;
    }
    return new BuildWorkerThread(this.#options.workerFile, this.#options.deadlineMs);
  }
}
