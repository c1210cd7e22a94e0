/** Time as a port, so that tests and the simulation own it. All times are milliseconds since the Unix epoch. */
export interface Clock {
  nowMs(): number;
  /** Resolves after `durationMs`, or earlier when `signal` aborts (never rejects). */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/**
 * A clock that is right when it is made, and from then on runs as a stopwatch does: that somebody sets the time, or that the
 * machine slept, makes it neither jump nor run back.
 */
export function createSteadyClock(
  clock: Clock,
  stopwatchMs: () => number = () => performance.now(),
): Clock {
  const offsetMs = clock.nowMs() - stopwatchMs();
  return {
    nowMs: () => Math.floor(offsetMs + stopwatchMs()),
    sleep: (durationMs, signal) => clock.sleep(durationMs, signal),
  };
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (durationMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, durationMs);
      signal?.addEventListener('abort', finish, { once: true });
    }),
};
