import { fail, ok, type Result } from '../../common/result';
import { systemClock, type Clock } from './clock';

interface DeadlineExceeded {
  readonly kind: 'deadline-exceeded';
  readonly what: string;
  readonly deadlineMs: number;
}

/**
 * Waits for `work` at most `deadlineMs`. The work itself is not stopped: pass it an AbortSignal for that.
 * A rejection of `work` before the deadline is passed on; one after it is swallowed, since nobody waits any more.
 */
export async function withDeadline<Value>(
  work: PromiseLike<Value>,
  deadlineMs: number,
  what: string,
  clock: Pick<Clock, 'sleep'> = systemClock,
): Promise<Result<Value, DeadlineExceeded>> {
  const settled = new AbortController();
  const expiry = clock
    .sleep(deadlineMs, settled.signal)
    .then(() => fail<DeadlineExceeded>({ kind: 'deadline-exceeded', what, deadlineMs }));
  try {
    return await Promise.race([Promise.resolve(work).then((value) => ok(value)), expiry]);
  } finally {
    settled.abort();
  }
}
