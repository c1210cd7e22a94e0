import { systemClock, type Clock } from './clock';

/** Rings once when it is not set again in time. */
export interface Alarm {
  /** Replaces what was set before. Infinity: never. */
  set(afterMs: number): void;
  clear(): void;
}

/** Node's timers hold no more than 2^31 ms, and ring at once for what is beyond. */
const longestSleepMs = 24 * 3_600_000;

/**
 * Silent until it is set. One that is set further ahead than a day rings after a day: whoever asks for so long looks at its
 * own clock, which somebody may have set meanwhile, and sets the alarm again.
 */
export function createAlarm(ring: () => void, clock: Pick<Clock, 'sleep'> = systemClock): Alarm {
  let sleeping = new AbortController();
  const clear = (): void => sleeping.abort();
  return {
    set: (afterMs) => {
      clear();
      if (afterMs === Infinity) return;
      sleeping = new AbortController();
      const { signal } = sleeping;
      void clock.sleep(Math.min(afterMs, longestSleepMs), signal).then(() => {
        if (!signal.aborted) ring();
      });
    },
    clear,
  };
}
