import { withDeadline } from '../../platform/time/deadline';
import type { LedgerEntry } from '../ledger/job_records';

/** What one step of the scheduler asks for: first the entries become durable, then the actions run. */
export interface Work {
  readonly entries: readonly LedgerEntry[];
  readonly actions: readonly (() => void)[];
}

export interface WorkQueue {
  /** Resolves when everything in `work` is done; rejects when the ledger failed, after which nothing is done any more. */
  push(work: Work): Promise<void>;
}

interface WorkQueueParts {
  readonly commit: (entries: readonly LedgerEntry[]) => Promise<void>;
  /** The ledger cannot be written, or an action broke an invariant: the program must end, so that what is not acknowledged comes again. */
  readonly onFailure: (error: Error) => void;
}

/** SQLite commits in milliseconds; after this the disk or another process is at fault. */
const commitDeadlineMs = 30_000;
/** Works that share one commit: enough for a burst from 500 devices, small enough to keep the event loop free. */
const largestGroup = 1_000;

interface WaitingWork {
  readonly work: Work;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Performs works in their order, and lets those that arrive during a commit share the next one. */
export function createWorkQueue(parts: WorkQueueParts): WorkQueue {
  const waiting: WaitingWork[] = [];
  let state:
    | { readonly kind: 'idle' }
    | { readonly kind: 'busy' }
    | { readonly kind: 'failed'; readonly error: Error } = { kind: 'idle' };

  const commit = async (entries: readonly LedgerEntry[]): Promise<void> => {
    if (entries.length === 0) return;
    const committed = await withDeadline(parts.commit(entries), commitDeadlineMs, 'ledger commit');
    if (!committed.ok)
      throw new Error(
        `the ledger did not commit within ${String(committed.error.deadlineMs)} ms; check the disk that holds it`,
      );
  };

  const performNext = async (group: readonly WaitingWork[]): Promise<void> => {
    const entries = group.flatMap(({ work }) => work.entries);
    // Without entries nothing is awaited: a command must not wait for a turn of the event loop.
    if (entries.length > 0) await commit(entries);
    for (const { work, resolve } of group) {
      for (const action of work.actions) action();
      resolve();
    }
  };

  const run = async (): Promise<void> => {
    state = { kind: 'busy' };
    let group: WaitingWork[] = [];
    try {
      while (waiting.length > 0) {
        group = waiting.splice(0, largestGroup);
        await performNext(group);
      }
      state = { kind: 'idle' };
    } catch (error) {
      const failure = error as Error;
      state = { kind: 'failed', error: failure };
      for (const { reject } of [...group, ...waiting.splice(0)]) reject(failure);
      parts.onFailure(failure);
    }
  };

  return {
    push: (work) =>
      new Promise((resolve, reject) => {
        if (state.kind === 'failed') {
          reject(state.error);
          return;
        }
        waiting.push({ work, resolve, reject });
        if (state.kind === 'idle') void run();
      }),
  };
}
