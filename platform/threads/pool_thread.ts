import { Worker } from 'node:worker_threads';
import { fail, ok, type Result } from '../../common/result';
import { withDeadline } from '../time/deadline';
import type { ThreadFailure, ThreadFailureKind, ThreadReply, ThreadTask } from './thread_failure';

export interface PoolThreadOptions {
  /** Of the pool: debuggers and operators see it. */
  readonly name: string;
  /** A compiled module that answers requests by `serveRequests`. */
  readonly workerFile: string;
  /** For one request, start of its thread included. */
  readonly deadlineMs: number;
  readonly largestHeapMb: number;
  /** What every thread is given when it starts. */
  readonly workerData?: unknown;
}

/** One worker thread that does one thing at a time. After a crash or a missed deadline it is spent: start another. */
export class PoolThread<Request, Output> {
  readonly #worker: Worker;
  readonly #deadlineMs: number;
  #isSpent = false;

  constructor({ name, workerFile, deadlineMs, largestHeapMb, workerData }: PoolThreadOptions) {
    this.#deadlineMs = deadlineMs;
    this.#worker = new Worker(workerFile, {
      name,
      workerData,
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
    const result: Result<Output, ThreadFailure> = reply.ok
      ? reply.value
      : fail({
          kind: 'deadline-exceeded',
          message: `${task.what} took longer than ${this.#deadlineMs} ms`,
        });
    if (!result.ok && result.error.kind !== 'failed') await this.terminate();
    else if (!this.#isSpent) this.#worker.unref();
    return result;
  }

  async terminate(): Promise<void> {
    this.#isSpent = true;
    await this.#worker.terminate();
  }

  #exchange({
    request,
    what,
    handedOver = [],
    signal,
  }: ThreadTask<Request>): Promise<Result<Output, ThreadFailure>> {
    return new Promise((resolve) => {
      const settle = (result: Result<Output, ThreadFailure>): void => {
        this.#worker.off('message', onMessage);
        this.#worker.off('error', onError);
        this.#worker.off('exit', onExit);
        signal?.removeEventListener('abort', onAbort);
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
      const onAbort = (): void => settle(fail(abortedWhile(what)));
      this.#worker.on('message', onMessage);
      this.#worker.on('error', onError);
      this.#worker.on('exit', onExit);
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        this.#worker.postMessage(request, [...handedOver]);
      } catch (error) {
        // It cannot be copied to another thread.
        settle(fail({ kind: 'failed', message: `${what}: ${(error as Error).message}` }));
      }
    });
  }
}

export function abortedWhile(what: string): ThreadFailure {
  return { kind: 'aborted', message: `stopped while ${what}` };
}
