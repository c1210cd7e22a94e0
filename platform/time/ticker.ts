import type { Clock } from './clock';

interface Pace {
  readonly clock: Pick<Clock, 'sleep'>;
  /** From the end of one round to the beginning of the next: rounds never overlap. */
  readonly intervalMs: number;
}

export interface Ticker {
  /** Resolves after the round at work; no other begins. Rejects when a round did. */
  stop(): Promise<void>;
}

/**
 * Calls `round` after each interval until `signal` aborts. Resolves after the last round; the first that rejects ends it.
 * `round` is given the signal, so that a long one can end early.
 */
export async function repeat(
  { clock, intervalMs, signal }: Pace & { readonly signal: AbortSignal },
  round: (signal: AbortSignal) => unknown,
): Promise<void> {
  for (;;) {
    await clock.sleep(intervalMs, signal);
    if (signal.aborted) return;
    await round(signal);
  }
}

/** As `repeat`, until it is stopped. A round that rejects before that is an unhandled rejection: it ends the program. */
export function startTicker(pace: Pace, round: (signal: AbortSignal) => unknown): Ticker {
  const stopping = new AbortController();
  const running = repeat({ ...pace, signal: stopping.signal }, round);
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}
