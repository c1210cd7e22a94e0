import { Worker } from 'node:worker_threads';
import { withDeadline } from '../time/deadline';
import { fail, ok, type Result } from '../../common/result';
import type { ThreadFailure, ThreadFailureKind, ThreadReply, ThreadTask } from './thread_failure';

export interface PoolThreadOptions {
  /** A compiled module that answers each request with a `ThreadReply`. */
  readonly workerFile: string;
  /** For one request, start of its thread included. */
  readonly deadlineMs: number;
  readonly largestHeapMb: number;
}

/** One worker thread that does one thing at a time. After a crash or a missed deadline it is spent: start another. */
export class PoolThread<Request, Output> {
  readonly #worker: Worker;
  readonly #deadlineMs: number;
  #isSpent = false;

  constructor({ workerFile, deadlineMs, largestHeapMb }: PoolThreadOptions) {
    this.#deadlineMs = deadlineMs;
    this.#worker = new Worker(workerFile, {
      resourceLimits: { maxOldGenerationSizeMb: largestHeapMb },
    });
    this.#worker.on('error', () => (this.#isSpent = true));
    this.#worker.on('exit', () => (this.#isSpent = true));
    // An idle thread is no reason for the program to stay alive.
    this.#worker.unref();
  }

  get isSpent(): boolean {
    return this.#isSpent;
  }

  async run(task: ThreadTask<Request>): Promise<Result<Output, ThreadFailure>> {
    this.#worker.ref();
    const reply = await withDeadline(this.#exchange(task), this.#deadlineMs, task.what);
    if (!reply.ok) await this.terminate();
    else if (!this.#isSpent) this.#worker.unref();
    return reply.ok
      ? reply.value
      : fail({
          kind: 'deadline-exceeded',
          message: `${task.what} took longer than ${this.#deadlineMs} ms`,
        });
  }

  async terminate(): Promise<void> {
    this.#isSpent = true;
    await this.#worker.terminate();
  }

  #exchange({
    request,
    what,
    handedOver = [],
  }: ThreadTask<Request>): Promise<Result<Output, ThreadFailure>> {
    return new Promise((resolve) => {
      const settle = (result: Result<Output, ThreadFailure>): void => {
        this.#worker.off('message', onMessage);
        this.#worker.off('error', onError);
        this.#worker.off('exit', onExit);
        resolve(result);
      };
      const crashed = (message: string, kind: ThreadFailureKind = 'crashed'): void =>
        settle(fail({ kind, message: `the thread crashed while ${what}: ${message}` }));
      const onMessage = (reply: ThreadReply<Output>): void =>
        settle(reply.ok ? ok(reply.value) : fail({ kind: 'failed', message: reply.message }));
      const onError = (error: NodeJS.ErrnoException): void =>
        crashed(
          error.message,
          error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out-of-memory' : 'crashed',
        );
      const onExit = (code: number): void => crashed(`exit ${code}`);
      this.#worker.on('message', onMessage);
      this.#worker.on('error', onError);
      this.#worker.on('exit', onExit);
      this.#worker.postMessage(request, [...handedOver]);
    });
  }
}
