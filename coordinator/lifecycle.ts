import { withDeadline } from '../platform/time/deadline';
import type { Logger } from '../platform/logger';

/** What a program has opened, and how it ends: by itself when something cannot be borne, or because it is asked to. */
export interface Lifecycle {
  /** Closed in reverse order of opening. */
  onStop(name: string, close: () => Promise<void> | void): void;
  /** Ends `done` with the error; the first one counts, and none after a stop was asked for. */
  fail(error: Error): void;
  /** Resolves after `stop`; rejects on `fail`. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** A part that does not close in this time is left to the end of the process. */
const closeDeadlineMs = 5_000;

export function createLifecycle(logger: Logger): Lifecycle {
  const closers: { readonly name: string; readonly close: () => Promise<void> | void }[] = [];
  let finish: () => void = () => undefined;
  let giveUp: (error: Error) => void = () => undefined;
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    giveUp = reject;
  });
  // Whoever runs the program looks at it; until then a failure must not end the process as an unhandled one.
  done.catch(() => undefined);
  let stopping: Promise<void> | undefined;

  const closeAll = async (): Promise<void> => {
    for (const { name, close } of closers.reverse()) {
      try {
        const closed = await withDeadline(Promise.resolve(close()), closeDeadlineMs, name);
        if (!closed.ok)
          logger.warn({ part: name, deadlineMs: closeDeadlineMs }, 'did not close in time');
      } catch (error) {
        logger.warn({ part: name, err: error }, 'did not close in peace');
      }
    }
    finish();
  };

  return {
    onStop: (name, close) => void closers.push({ name, close }),
    fail: (error) => {
      if (stopping === undefined) giveUp(error);
    },
    done,
    stop: () => (stopping ??= closeAll()),
  };
}
