import { systemClock } from '../../platform/time/clock';
import { startProcess, type ProcessOptions, type RunningProcess } from './process';

export interface Supervised {
  /** The process as it runs now. */
  current(): RunningProcess;
  /** Rejects once the process has ended too often; never resolves otherwise, until stopped. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** A crash is survivable, a crash loop is not: this many ends within the window give up. */
const crashLoop = { ends: 5, windowMs: 60_000 } as const;
const restartDelayMs = 500;

/** Keeps running what `first` started from `options`. Each program resumes from its disk, so a restart loses nothing. */
export function supervise(
  first: RunningProcess,
  options: ProcessOptions,
  note: (line: string) => void,
): Supervised {
  const shutdown = new AbortController();
  const stopping = (): boolean => shutdown.signal.aborted;
  let running = first;

  const watch = async (): Promise<never> => {
    const endsAtMs: number[] = [];
    for (;;) {
      const reason = await running.exited;
      if (stopping()) return never();
      endsAtMs.push(systemClock.nowMs());
      const recent = endsAtMs.filter((atMs) => atMs > systemClock.nowMs() - crashLoop.windowMs);
      if (recent.length >= crashLoop.ends)
        throw new Error(`${reason}; it ended ${String(recent.length)} times in a minute`);
      note(`${reason}; starting it again`);
      await systemClock.sleep(restartDelayMs, shutdown.signal);
      if (stopping()) return never();
      running = startProcess(options);
    }
  };
  const failed = watch();
  failed.catch(() => undefined);

  return {
    current: () => running,
    failed,
    stop: async () => {
      shutdown.abort();
      await running.stop();
    },
  };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
