import { endRequests } from './signals';

export interface RunningProgram {
  /** Rejects when the program cannot go on. */
  readonly done: Promise<unknown>;
  /** Ends in peace, within deadlines. */
  stop(): Promise<unknown>;
  /** `stop` is not to wait for anybody any more. */
  hurry(): void;
}

/**
 * Tells the parent that the program is ready, then waits until it ends by itself (a rejection is its failure), a signal
 * asks for the end, or the parent's channel breaks; stops it in peace, and in haste after a second signal.
 */
export async function runUntilStopped(
  running: RunningProgram,
  ready: Readonly<Record<string, unknown>>,
): Promise<void> {
  const requests = endRequests();
  const abandoned = new Promise<void>((resolve) => {
    if (process.connected) process.once('disconnect', () => resolve());
  });
  void requests.second.then(() => running.hurry());
  process.send?.({ kind: 'ready', ...ready });
  try {
    await Promise.race([running.done, abandoned, requests.first]);
  } finally {
    await running.stop();
    requests.release();
  }
}
