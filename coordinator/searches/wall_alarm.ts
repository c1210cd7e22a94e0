import type { Clock } from '../../platform/time/clock';

/** A timer cannot wait longer than 2^31 ms; it is set again after each of its rings. */
const longestSleepMs = 24 * 3_600_000;

/** Rings once, when a search's time may be up: nothing else may happen then that would make it look. */
export class WallAlarm {
  readonly #clock: Pick<Clock, 'sleep'>;
  readonly #ring: () => void;
  #sleeping: AbortController | undefined;

  constructor(clock: Pick<Clock, 'sleep'>, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Replaces what was set before. Infinity: never. */
  set(durationMs: number): void {
    this.clear();
    if (durationMs === Infinity) return;
    const sleeping = new AbortController();
    this.#sleeping = sleeping;
    void this.#clock.sleep(Math.min(durationMs, longestSleepMs), sleeping.signal).then(() => {
      if (!sleeping.signal.aborted) this.#ring();
    });
  }

  clear(): void {
    this.#sleeping?.abort();
    this.#sleeping = undefined;
  }
}
