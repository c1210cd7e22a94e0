import { fail, type Result } from '../../common/result';
import { backoffDelayMs, type BackoffPolicy } from './backoff';
import type { Clock } from './clock';

/** What bounds the tries. Where `mostTries` is Infinity, only success, a final failure and `signal` end them. */
export interface RetryBounds<Failure> {
  readonly mostTries: number;
  /** Tries in a row without progress. Where it is not given, `mostTries` alone counts. */
  readonly mostFruitlessTries?: number;
  readonly backoff: BackoffPolicy;
  /** Uniform in [0, 1); where it is not given, delays are the longest that the policy has. */
  readonly uniform?: () => number;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Ends the pause at once; the try at work is its own to end. A deadline for all tries comes in here too. */
  readonly signal?: AbortSignal;
  /** Trying again would bring the same. */
  readonly isFinal?: (failure: Failure) => boolean;
  /** The try brought something, so that the delays begin anew. */
  readonly isProgress?: (failure: Failure) => boolean;
}

/**
 * Tries until one succeeds or a bound is reached. `attempt` is told how many there were before it.
 * @returns the first success, or the last failure; null where it was stopped before the first try
 */
export async function retry<Value, Failure>(
  bounds: RetryBounds<Failure>,
  attempt: (triesBefore: number) => Promise<Result<Value, Failure>>,
): Promise<Result<Value, Failure | null>> {
  const { mostTries, mostFruitlessTries = mostTries, signal } = bounds;
  let last: Result<Value, Failure | null> = fail(null);
  let fruitless = 0;
  for (let tries = 0; signal?.aborted !== true;) {
    const tried = await attempt(tries);
    if (tried.ok || bounds.isFinal?.(tried.error) === true) return tried;
    last = tried;
    tries += 1;
    fruitless = bounds.isProgress?.(tried.error) === true ? 0 : fruitless + 1;
    if (tries >= mostTries || fruitless >= mostFruitlessTries) break;
    const delayMs = backoffDelayMs(
      bounds.backoff,
      Math.max(0, fruitless - 1),
      bounds.uniform?.() ?? 1,
    );
    if (delayMs > 0) await bounds.clock.sleep(delayMs, signal);
  }
  return last;
}
