import { fail, ok, type Result } from '../../common/result';
import { withDeadline } from '../time/deadline';
import type { ProcessFailure, ProcessReply, ProcessTask } from './process_failure';
import { WorkerProcess, type WorkerProcessOptions } from './worker_process';

export interface PoolProcessOptions extends WorkerProcessOptions {
  /** For one request, start of its process included. */
  readonly deadlineMs: number;
}

/** In an object of its own, so that any value can be a request. */
export interface ProcessRequest<Request> {
  readonly request: Request;
}

/** One child process that does one thing at a time. After a crash or a missed deadline it is spent: start another. */
export class PoolProcess<Request, Output> {
  readonly #worker: WorkerProcess<ProcessRequest<Request>, ProcessReply<Output>>;
  readonly #deadlineMs: number;
  /** How it ended. */
  #end: string | undefined;
  #what = 'idle';
  #settle: ((result: Result<Output, ProcessFailure>) => void) | undefined;

  constructor({ deadlineMs, ...options }: PoolProcessOptions) {
    this.#deadlineMs = deadlineMs;
    this.#worker = new WorkerProcess(options, {
      onReply: (reply) =>
        this.#settle?.(
          reply.ok ? ok(reply.value) : fail({ kind: 'failed', message: reply.message }),
        ),
      onEnd: (how) => {
        this.#end = how;
        this.#settle?.(this.#crashed(how));
      },
    });
  }

  get isSpent(): boolean {
    return this.#worker.hasEnded;
  }

  /** Undefined once it has ended, and where it could not be started. */
  get pid(): number | undefined {
    return this.#worker.pid;
  }

  async run({ request, what }: ProcessTask<Request>): Promise<Result<Output, ProcessFailure>> {
    this.#what = what;
    this.#worker.hold();
    const answered = new Promise<Result<Output, ProcessFailure>>((resolve) => {
      this.#settle = resolve;
      if (this.#end !== undefined) resolve(this.#crashed(this.#end));
      this.#worker.send({ request });
    });
    const reply = await withDeadline(answered, this.#deadlineMs, what);
    this.#settle = undefined;
    if (reply.ok) {
      this.#worker.rest();
      return reply.value;
    }
    await this.end();
    return fail({
      kind: 'deadline-exceeded',
      message: `${what} took longer than ${this.#deadlineMs} ms`,
    });
  }

  /** At once: nothing that it holds needs to be saved. */
  end(): Promise<void> {
    return this.#worker.end();
  }

  #crashed(how: string): Result<Output, ProcessFailure> {
    return fail({ kind: 'crashed', message: `the process ended while ${this.#what}: ${how}` });
  }
}
