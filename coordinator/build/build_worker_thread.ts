import { Worker } from 'node:worker_threads';
import { withDeadline } from '../../common/deadline';
import { fail, type Result } from '../../common/result';
import type { BuildFailure, BuildReply, BuildRequest, BuildResult } from './build_request';

/** Above what building the largest network takes by far; a runaway build must not take the machine's memory. */
const largestHeapMb = 2_048;

/** One worker thread that builds one model at a time. After a crash or a missed deadline it is spent: start another. */
export class BuildWorkerThread {
  readonly #worker: Worker;
  readonly #deadlineMs: number;
  #isSpent = false;

  constructor(workerFile: string, deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
    this.#worker = new Worker(workerFile, { resourceLimits: { maxOldGenerationSizeMb: largestHeapMb } });
    this.#worker.on('error', () => (this.#isSpent = true));
    this.#worker.on('exit', () => (this.#isSpent = true));
    // An idle builder is no reason for the program to stay alive.
    this.#worker.unref();
  }

  get isSpent(): boolean {
    return this.#isSpent;
  }

  async build(request: BuildRequest): Promise<BuildResult> {
    this.#worker.ref();
    const reply = await withDeadline(this.#exchange(request), this.#deadlineMs, `building ${request.architecture}`);
    if (!reply.ok) await this.terminate();
    else if (!this.#isSpent) this.#worker.unref();
    return reply.ok ? reply.value : fail({ kind: 'deadline-exceeded', message: `building ${request.architecture} took longer than ${this.#deadlineMs} ms` });
  }

  async terminate(): Promise<void> {
    this.#isSpent = true;
    await this.#worker.terminate();
  }

  #exchange(request: BuildRequest): Promise<BuildResult> {
    return new Promise((resolve) => {
      const settle = (result: Result<BuildReply, BuildFailure>): void => {
        this.#worker.off('message', onMessage);
        this.#worker.off('error', onError);
        this.#worker.off('exit', onExit);
        if (!result.ok) resolve(result);
        else resolve(result.value.ok ? result.value : fail({ kind: 'failed', message: result.value.message }));
      };
      const crashed = (message: string): void => settle(fail({ kind: 'crashed', message: `the builder crashed on ${request.architecture}: ${message}` }));
      const onMessage = (reply: BuildReply): void => settle({ ok: true, value: reply });
      const onError = (error: Error): void => crashed(error.message);
      const onExit = (code: number): void => crashed(`exit ${code}`);
      this.#worker.on('message', onMessage);
      this.#worker.on('error', onError);
      this.#worker.on('exit', onExit);
      this.#worker.postMessage(request);
    });
  }
}
