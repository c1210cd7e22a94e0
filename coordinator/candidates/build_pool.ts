import { join } from 'node:path';
import { ThreadPool, type ThreadPoolOptions } from '../../platform/threads/thread_pool';
import type { BuildOutput, BuildRequest, BuildResult } from './build_request';

/** Above what building the largest network takes by far; a runaway build must not take the machine's memory. */
const largestHeapMb = 2_048;

/** A model takes around a second; one thread builds more than a shelf of phones measures and leaves the other cores alone. */
export const defaultBuildPool: ThreadPoolOptions = {
  workerFile: join(__dirname, 'build_worker.js'),
  workers: 1,
  deadlineMs: 120_000,
  largestQueue: 10_000,
  largestHeapMb,
};

/** Builds candidates off the main thread, first come first served. A thread that crashed or hung is replaced. */
export class BuildPool {
  readonly #threads: ThreadPool<BuildRequest, BuildOutput>;

  constructor(options: ThreadPoolOptions) {
    this.#threads = new ThreadPool(options);
  }

  build(request: BuildRequest): Promise<BuildResult> {
    return this.#threads.run({ request, what: `building ${request.architecture}` });
  }

  /** Ends all threads; what was waiting or being built fails. */
  close(): Promise<void> {
    return this.#threads.close();
  }
}
