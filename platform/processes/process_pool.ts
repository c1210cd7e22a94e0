import { fail, type Result } from '../../common/result';
import { BoundedQueue, type NotBegun } from './bounded_queue';
import { PoolProcess, type PoolProcessOptions } from './pool_process';
import { listed, type ListedProcess } from './listed_process';
import type { ProcessFailure, ProcessTask } from './process_failure';

/**
 * A process without work for so long ends, and gives its memory back. Whoever waits for phones asks again within seconds, and a new
 * process has to compute anew what the old one kept.
 */
const longestIdleMs = 60_000;

export interface ProcessPoolOptions extends PoolProcessOptions {
  /** What its processes are called where they are listed. */
  readonly name: string;
  readonly processes: number;
  /** Requests that may wait: callers bound what they ask ahead, so more is a broken caller. */
  readonly largestQueue: number;
  /** Instead of a minute. */
  readonly idleMs?: number;
}

/**
 * Child processes for what takes memory that must be given back: a thread shares its memory with the whole program, and the
 * allocator keeps what it freed. First come first served, each bounded in time and memory. A process that crashed or hung is replaced.
 * It starts processes only when there is work, keeps them warm, and ends them when they are idle.
 */
export class ProcessPool<Request, Output> {
  readonly #options: ProcessPoolOptions;
  readonly #queue: BoundedQueue;
  readonly #idle = new Map<PoolProcess<Request, Output>, NodeJS.Timeout>();
  readonly #busy = new Set<PoolProcess<Request, Output>>();

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
    this.#queue = new BoundedQueue({ atOnce: options.processes, waiting: options.largestQueue });
  }

  /** Never rejects. What is aborted while it waits is not begun; what is at work is finished, since its process is worth more. */
  async run(
    task: ProcessTask<Request>,
    signal?: AbortSignal,
  ): Promise<Result<Output, ProcessFailure>> {
    const done = await this.#queue.run(() => this.#perform(task), signal);
    if (done.ok) return done;
    return typeof done.error === 'string'
      ? fail(this.#notBegun(done.error, task))
      : fail(done.error);
  }

  processes(): readonly ListedProcess[] {
    const { name, largestHeapMb } = this.#options;
    return [...this.#busy, ...this.#idle.keys()].flatMap((each) =>
      listed(each.pid, { name, isBusy: this.#busy.has(each), largestHeapMb }),
    );
  }

  /** Ends all processes; what was waiting or at work fails. */
  async close(): Promise<void> {
    this.#queue.close();
    const all = [...this.#busy, ...this.#idle.keys()];
    for (const timer of this.#idle.values()) clearTimeout(timer);
    this.#idle.clear();
    await Promise.all(all.map((each) => each.end()));
  }

  async #perform(task: ProcessTask<Request>): Promise<Result<Output, ProcessFailure>> {
    const worker = this.#take();
    this.#busy.add(worker);
    const result = await worker.run(task);
    this.#busy.delete(worker);
    if (!worker.isSpent) this.#rest(worker);
    return result;
  }

  #take(): PoolProcess<Request, Output> {
    for (const [worker, timer] of this.#idle) {
      clearTimeout(timer);
      this.#idle.delete(worker);
      // An idle process can die too, for want of memory.
      if (!worker.isSpent) return worker;
    }
    return new PoolProcess(this.#options);
  }

  #rest(worker: PoolProcess<Request, Output>): void {
    const timer = setTimeout(() => {
      this.#idle.delete(worker);
      void worker.end();
    }, this.#options.idleMs ?? longestIdleMs);
    timer.unref();
    this.#idle.set(worker, timer);
  }

  #notBegun(reason: NotBegun, { what }: ProcessTask<Request>): ProcessFailure {
    const messages: Readonly<Record<NotBegun, string>> = {
      'queue-full': `${this.#options.largestQueue} others wait before ${what}`,
      cancelled: `${what} is not wanted any more`,
      closed: 'the program is ending',
    };
    return { kind: reason, message: messages[reason] };
  }
}
