import type { Clock } from '../../../platform/time/clock';

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/** A clock that goes on only when the test says so. */
interface ManualClock extends Clock {
  /** What was asked for, in order. */
  readonly sleepsMs: readonly number[];
  /** How many sleep now. */
  sleepers(): number;
  /** Wakes whoever is due, in order of time, and lets each do what it does. */
  advance(durationMs: number): Promise<void>;
}

export function createManualClock(): ManualClock {
  let nowMs = 0;
  const sleeping = new Set<Sleeper>();
  const sleepsMs: number[] = [];
  const nextDue = (endMs: number): Sleeper | undefined =>
    [...sleeping]
      .filter(({ untilMs }) => untilMs <= endMs)
      .sort((one, other) => one.untilMs - other.untilMs)[0];
  return {
    sleepsMs,
    nowMs: () => nowMs,
    sleepers: () => sleeping.size,
    sleep: (durationMs, signal) =>
      new Promise((resolve) => {
        sleepsMs.push(durationMs);
        const wake = (): void => {
          sleeping.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper: Sleeper = { untilMs: nowMs + durationMs, wake };
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        sleeping.add(sleeper);
        signal?.addEventListener('abort', wake, { once: true });
      }),
    advance: async (durationMs) => {
      const endMs = nowMs + durationMs;
      await turns();
      for (let due = nextDue(endMs); due !== undefined; due = nextDue(endMs)) {
        nowMs = due.untilMs;
        due.wake();
        await turns();
      }
      nowMs = endMs;
    },
  };
}

/** Lets everything settle that waits for no clock. */
export function turns(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
