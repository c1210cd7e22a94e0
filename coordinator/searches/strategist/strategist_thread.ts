import { join } from 'node:path';
import type { ThreadFailure } from '../../../platform/threads/thread_failure';
import type { ThreadPoolSnapshot } from '../../../platform/threads/thread_pool';
import { SessionThread, type SessionThreadOptions } from '../../../platform/threads/session_thread';
import type { Expectation } from '../../../search/expectation';
import type { Strategist, StrategistTask } from './strategist';
import type { StrategistAnswer, TargetUpdate } from './strategist_message';

/** A model of two thousand measurements takes seconds; a thread that is silent for minutes hangs. */
const deadlineMs = 300_000;
/** Above what a surrogate of two thousand measurements takes by far. */
const largestHeapMb = 4_096;

/** `name` tells one such thread from another in metrics. */
export function strategistThreadOptions(name: string): SessionThreadOptions {
  return { name, workerFile: join(__dirname, 'strategist_worker.js'), deadlineMs, largestHeapMb };
}

/** Strategies that compute for long, in one thread beside the event loop. A thread learns of a search when it is first asked. */
export class StrategistThread {
  readonly #thread: SessionThread<StrategistTask, TargetUpdate, string, StrategistAnswer>;

  constructor(options: SessionThreadOptions) {
    this.#thread = new SessionThread(options);
  }

  open(task: StrategistTask): Strategist {
    /** Of pending proposals, by target and architecture. */
    const expectations = new Map<string, Expectation>();
    const session = this.#thread.open({
      opening: task,
      entryOf: ({ target, ask }) =>
        typeof ask === 'object' ? { target, update: { kind: 'adopt', proposal: ask } } : undefined,
    });
    return {
      update: (target, update) => {
        session.tell({ target, update });
        if (update.kind !== 'adopt') expectations.delete(placeOf(target, update.architecture));
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

  snapshot(): ThreadPoolSnapshot {
    return this.#thread.snapshot();
  }

  /** What is asked now is rejected. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}

function placeOf(target: string, architecture: string): string {
  return `${target} ${architecture}`;
}

function reasonOf({ kind, message }: ThreadFailure): string {
  return kind === 'failed' || kind === 'closed' ? message : `the strategist ended: ${message}`;
}
