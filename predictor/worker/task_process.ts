import { fail, ok, type Result } from '../../common/result';
import { residentBytesOf } from '../../platform/processes/resident_bytes';
import { WorkerProcess } from '../../platform/processes/worker_process';
import type { TaskProgress } from '../task/task_context';
import type {
  EngineFact,
  EngineWish,
  PerformedTask,
  TaskInterruption,
  TaskOrder,
  TaskReply,
  TaskRequest,
} from './task_message';

interface TaskProcessOptions {
  readonly workerFile: string;
  readonly largestHeapMb: number;
  readonly wish: EngineWish;
  /** A process that says nothing for so long hangs. */
  readonly silenceMs: number;
}

/** Why there is no end: the process said so, or it is gone. */
export interface TaskFailure {
  readonly kind: TaskInterruption['kind'] | 'crashed' | 'silent' | 'unusable';
  readonly message: string;
}

type Answer = Exclude<TaskReply, { kind: 'progress' }>;

/** One child process that holds an engine and does one task at a time. After a crash or a silence it is spent: start another. */
export class TaskProcess {
  readonly #worker: WorkerProcess<TaskRequest, TaskReply>;
  readonly #options: TaskProcessOptions;
  #end: string | undefined;
  #engine: Promise<Result<EngineFact, TaskFailure>> | undefined;
  #settle: ((answer: Result<Answer, TaskFailure>) => void) | undefined;
  #onProgress: (progress: TaskProgress) => void = () => undefined;

  constructor(options: TaskProcessOptions) {
    this.#options = options;
    this.#worker = new WorkerProcess(options, {
      onReply: (reply) => {
        if (reply.kind === 'progress') this.#onProgress(reply.progress);
        else this.#settle?.(ok(reply));
      },
      onEnd: (how) => {
        this.#end = how;
        this.#settle?.(fail({ kind: 'crashed', message: `its process ended: ${how}` }));
      },
    });
  }

  get isSpent(): boolean {
    return this.#worker.hasEnded;
  }

  get pid(): number | undefined {
    return this.#worker.pid;
  }

  /** Undefined where the system does not tell. */
  residentBytes(): number | undefined {
    return this.pid === undefined ? undefined : residentBytesOf(this.pid);
  }

  /** The engine, opened at the first call. */
  open(): Promise<Result<EngineFact, TaskFailure>> {
    this.#engine ??= this.#ask({ kind: 'open', wish: this.#options.wish }).then((answer) => {
      if (!answer.ok) return answer;
      return answer.value.kind === 'opened'
        ? ok(answer.value.engine)
        : fail({ kind: 'unusable', message: reasonOf(answer.value) });
    });
    return this.#engine;
  }

  async perform(
    order: TaskOrder,
    onProgress: (progress: TaskProgress) => void,
  ): Promise<Result<PerformedTask, TaskFailure>> {
    const opened = await this.open();
    if (!opened.ok) return opened;
    const answer = await this.#ask({ kind: 'perform', order }, onProgress);
    if (!answer.ok) return answer;
    return answer.value.kind === 'performed'
      ? ok(answer.value.performed)
      : fail(
          answer.value.kind === 'interrupted'
            ? answer.value.interruption
            : { kind: 'broken', message: reasonOf(answer.value) },
        );
  }

  /** At once: nothing that it holds needs to be saved. */
  end(): Promise<void> {
    return this.#worker.end();
  }

  async #ask(
    request: TaskRequest,
    onProgress: (progress: TaskProgress) => void = () => undefined,
  ): Promise<Result<Answer, TaskFailure>> {
    this.#worker.hold();
    const { silenceMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const answer = await new Promise<Result<Answer, TaskFailure>>((resolve) => {
      const listen = (): void => {
        clearTimeout(timer);
        timer = setTimeout(
          () => resolve(fail({ kind: 'silent', message: `said nothing for ${silenceMs} ms` })),
          silenceMs,
        );
      };
      this.#settle = resolve;
      this.#onProgress = (progress) => {
        listen();
        onProgress(progress);
      };
      listen();
      if (this.#end !== undefined)
        resolve(fail({ kind: 'crashed', message: `its process ended: ${this.#end}` }));
      this.#worker.send(request);
    });
    clearTimeout(timer);
    this.#settle = undefined;
    this.#onProgress = () => undefined;
    if (!answer.ok && answer.error.kind === 'silent') await this.end();
    else this.#worker.rest();
    return answer;
  }
}

function reasonOf(answer: Answer): string {
  return answer.kind === 'unusable' ? answer.reason : `answered ${answer.kind} out of turn`;
}
