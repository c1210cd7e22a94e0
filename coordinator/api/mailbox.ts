/** Values on their way from the engine, which never waits, to a client, which may be slow. One reader. */
export interface Mailbox<Value> {
  put(value: Value): void;
  /** The oldest value, waiting for one if needed; undefined once `signal` aborts. */
  take(signal: AbortSignal): Promise<Value | undefined>;
}

/** `keeps`: every value, for a bounded number of them, or only the newest, for a state that is sent again and again. */
export function createMailbox<Value>(keeps: 'all' | 'newest'): Mailbox<Value> {
  const values: Value[] = [];
  let wake: () => void = () => undefined;
  return {
    put: (value) => {
      if (keeps === 'newest') values.length = 0;
      values.push(value);
      wake();
    },
    take: async (signal) => {
      if (values.length === 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener('abort', wake);
        });
        signal.removeEventListener('abort', wake);
      }
      return signal.aborted ? undefined : values.shift();
    },
  };
}
