import { farmFault, type FarmFault } from '../../common/fault';
import { fail, type Result } from '../../common/result';

export interface CallLimits {
  /** The subject of the fault message: "push of model.onnx". */
  readonly what: string;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Aborts when the device is gone; its reason says why. */
  readonly gone: AbortSignal;
}

/**
 * Runs `work` until it settles, its deadline passes, the caller aborts or the device goes: whatever comes first decides
 * the answer. `work` gets a signal that aborts with the fault as its reason, and must free what it holds when it does.
 */
export async function withinLimits<Value>(
  limits: CallLimits,
  work: (signal: AbortSignal) => Promise<Result<Value, FarmFault>>,
): Promise<Result<Value, FarmFault>> {
  const scope = new AbortController();
  const interrupted = new Promise<Result<Value, FarmFault>>((resolve) => {
    scope.signal.addEventListener('abort', () => resolve(fail(scope.signal.reason as FarmFault)), {
      once: true,
    });
  });
  const onGone = (): void => scope.abort(farmFault('disconnected', reasonOf(limits.gone)));
  const onStop = (): void => scope.abort(farmFault('stopped', `${limits.what} was stopped`));
  const onDeadline = (): void =>
    scope.abort(farmFault('timeout', `${limits.what} took longer than ${limits.deadlineMs} ms`));
  const timer = setTimeout(onDeadline, limits.deadlineMs);
  limits.gone.addEventListener('abort', onGone);
  limits.signal?.addEventListener('abort', onStop);
  try {
    if (limits.gone.aborted) onGone();
    else if (limits.signal?.aborted === true) onStop();
    if (scope.signal.aborted) return await interrupted;
    return await Promise.race([interrupted, work(scope.signal)]);
  } finally {
    clearTimeout(timer);
    limits.gone.removeEventListener('abort', onGone);
    limits.signal?.removeEventListener('abort', onStop);
  }
}

function reasonOf(gone: AbortSignal): string {
  return typeof gone.reason === 'string' ? gone.reason : 'the device is gone';
}
