import { fail, ok, type Result } from '../../common/result';

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
): Promise<Result<Value, DeadlineExceeded>> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<Result<Value, DeadlineExceeded>>((resolve) => {
    timer = setTimeout(
      () => resolve(fail({ kind: 'deadline-exceeded', what, deadlineMs })),
      deadlineMs,
    );
  });
  try {
    return await Promise.race([Promise.resolve(work).then((value) => ok(value)), expiry]);
  } finally {
    clearTimeout(timer);
  }
}
