import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { withDeadline } from '../../platform/time/deadline';

export interface ProcessOptions {
  readonly name: string;
  /** Program and arguments; no shell. */
  readonly command: readonly [string, ...string[]];
  readonly logPath: string;
  /** A Node program of ours: it tells us when it is ready, and ends when the channel to us breaks. */
  readonly channel: boolean;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Settles when the process has ended, with a line that says how. */
  readonly exited: Promise<string>;
  /** The first message on the channel; undefined when the process ended before it. */
  readonly ready: Promise<unknown>;
  /** Asks, then insists. */
  stop(): Promise<void>;
}

/** How long a process may take to end in peace: agents finish writing results, servers close their files. */
const stopDeadlineMs = 10_000;
const lastLinesOfLog = 5;

/**
 * Starts a process that does not outlive us: Node programs watch their channel, others get the kernel's parent-death
 * signal through setpriv. https://man7.org/linux/man-pages/man1/setpriv.1.html
 */
export function startProcess(options: ProcessOptions): RunningProcess {
  const log = openSync(options.logPath, 'a');
  const logStart = fstatSync(log).size;
  const [program, ...args] =
    options.channel || !existsSync('/usr/bin/setpriv')
      ? options.command
      : (['setpriv', '--pdeathsig', 'KILL', ...options.command] as const);
  // Detached, so that Ctrl-C reaches us alone and we end the parts in their order.
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', log, log, ...(options.channel ? (['ipc'] as const) : [])],
  });
  closeSync(log);
  const exited = whenExited(child, options, logStart);
  return {
    name: options.name,
    pid: child.pid ?? -1,
    exited,
    ready: Promise.race([
      new Promise((resolve) => child.once('message', resolve)),
      exited.then(() => undefined),
    ]),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await withDeadline(exited, stopDeadlineMs, options.name);
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function whenExited(
  child: ChildProcess,
  options: ProcessOptions,
  logStart: number,
): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(
        error.code === 'ENOENT'
          ? `${options.name}: ${options.command[0]} is not installed; run deploy/setup`
          : `${options.name}: ${error.message}`,
      ),
    );
    child.once('exit', (code, signal) =>
      resolve(
        `${options.name} ended with ${signal ?? `status ${String(code)}`}${lastWords(options.logPath, logStart)}`,
      ),
    );
  });
}

/** What the process wrote last, from `start` on in its log: the reason, in its own words. */
function lastWords(logPath: string, start: number): string {
  const lines = readFileSync(logPath)
    .subarray(start)
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .slice(-lastLinesOfLog);
  const plain = lines.filter((line) => line !== '' && !line.startsWith('{'));
  return plain.length === 0
    ? `; its log is ${logPath}`
    : `: ${plain.join(' / ')} (log: ${logPath})`;
}
