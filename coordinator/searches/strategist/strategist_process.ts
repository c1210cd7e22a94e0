import { join } from 'node:path';
import type { ListedProcess } from '../../../platform/processes/listed_process';
import type { ProcessFailure } from '../../../platform/processes/process_failure';
import {
  SessionProcess,
  type SessionProcessOptions,
} from '../../../platform/processes/session_process';
import type { Expectation } from '../../../search/strategy/expectation';
import type { Strategist, StrategistTask } from './strategist';
import type { StrategistAnswer, TargetUpdate } from './strategist_message';

/** A model of two thousand measurements takes seconds; a process that is silent for minutes hangs. */
const deadlineMs = 300_000;
/** Above what a surrogate of two thousand measurements takes by far. */
const largestHeapMb = 4_096;

/** `name` tells one such process from another where they are listed. */
export function strategistProcessOptions(name: string): SessionProcessOptions {
  return { name, workerFile: join(__dirname, 'strategist_worker.js'), deadlineMs, largestHeapMb };
}

/** Strategies that compute for long, in one process beside the event loop. A process learns of a search when it is first asked. */
export class StrategistProcess {
  readonly #process: SessionProcess<StrategistTask, TargetUpdate, string, StrategistAnswer>;

  constructor(options: SessionProcessOptions) {
    this.#process = new SessionProcess(options);
  }

  open(task: StrategistTask): Strategist {
    /** Of pending proposals, by target and architecture. */
    const expectations = new Map<string, Expectation>();
    const session = this.#process.open({
      opening: task,
      entryOf: ({ target, ask }) =>
        typeof ask === 'object' ? { target, update: { kind: 'adopt', proposal: ask } } : undefined,
    });
    return {
      update: (target, update) => {
        session.tell({ target, update });
        if (update.kind === 'tell' || update.kind === 'withdraw')
          expectations.delete(placeOf(target, update.architecture));
      },
      ask: async (target) => {
        const answered = await session.ask(target, `choosing a network for ${target}`);
        if (!answered.ok) throw new Error(reasonOf(answered.error));
        const { ask, expectation } = answered.value;
        if (typeof ask === 'object' && expectation !== undefined)
          expectations.set(placeOf(target, ask.architecture), expectation);
        return ask;
      },
      expectationOf: (target, architecture) => expectations.get(placeOf(target, architecture)),
      close: () => session.close(),
    };
  }

  processes(): readonly ListedProcess[] {
    return this.#process.processes();
  }

  /** What is asked now is rejected. */
  close(): Promise<void> {
    return this.#process.close();
  }
}

function placeOf(target: string, architecture: string): string {
  return `${target} ${architecture}`;
}

function reasonOf({ kind, message }: ProcessFailure): string {
  return kind === 'failed' || kind === 'closed' ? message : `the strategist ended: ${message}`;
}
