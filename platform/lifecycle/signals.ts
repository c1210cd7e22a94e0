import { deferred } from './deferred';

const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves when the user or the system asks for the end; the second request ends the process at once, as usual. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of endSignals) process.once(signal, () => resolve());
  });
}

interface EndRequests {
  readonly first: Promise<unknown>;
  /** A third request ends the process at once, as usual. */
  readonly second: Promise<unknown>;
  /** From now on every request does. */
  release(): void;
}

/** Requests for the end, of whichever kind, by the user or the system. */
export function endRequests(): EndRequests {
  const waiting = [deferred<undefined>(), deferred<undefined>()] as const;
  const left = [...waiting];
  const release = (): void => {
    for (const signal of endSignals) process.off(signal, hear);
  };
  const hear = (): void => {
    left.shift()?.resolve(undefined);
    if (left.length === 0) release();
  };
  for (const signal of endSignals) process.on(signal, hear);
  return { first: waiting[0].promise, second: waiting[1].promise, release };
}
