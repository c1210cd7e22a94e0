/** Values on their way from the engine, which never waits, to a client, which may be slow. */
export interface Mailbox<Value> {
  put(value: Value): void;
  /** The oldest value, waiting for one if needed; undefined once `signal` aborts. */
  take(signal: AbortSignal): Promise<Value | undefined>;
}

/** Bounded by what is put: a benchmark has a bounded number of updates. One reader. */
export function createMailbox<Value>(): Mailbox<Value> {
  const values: Value[] = [];
  let wake: () => void = () => undefined;
  return {
    put: (value) => {
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
