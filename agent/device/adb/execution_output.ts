import type { Execution } from '../device';
import { BoundedCapture } from '../bounded_capture';
import { longestErrorOutputBytes } from './execution_script';

/** Of standard output. The most talkative tools print some 100 KB; what exceeds this is dropped from the middle on. */
export const longestOutputBytes = 4 * 1024 * 1024;

/** Enough for the marker, the exit code, the bounded standard error and the marker again. */
const afterOutputBytes = longestErrorOutputBytes + 256;

/** Reads what `executionScript` prints, as it comes. */
export class ExecutionOutput {
  private readonly capture = new BoundedCapture(longestOutputBytes, afterOutputBytes);
  private firstLine = '';
  private pidFound: number | null | undefined;
  private readonly announceStart: () => void;

  /** Settles when the process id has come. */
  readonly started: Promise<void>;

  constructor(private readonly marker: string) {
    const { promise, resolve } = withResolver();
    this.started = promise;
    this.announceStart = resolve;
  }

  /** The process group of the tool on the phone; null until it was printed. */
  get pid(): number | null {
    return this.pidFound ?? null;
  }

  append(chunk: Buffer): void {
    if (this.pidFound !== undefined) {
      this.capture.append(chunk);
      return;
    }
    const end = chunk.indexOf(0x0a);
    this.firstLine += chunk.toString('latin1', 0, end === -1 ? Math.min(chunk.length, 32) : end);
    if (end === -1 && this.firstLine.length < 32) return;
    this.pidFound = readPid(this.firstLine);
    this.announceStart();
    if (end !== -1) this.capture.append(chunk.subarray(end + 1));
  }

  /** The execution, or null if the shell ended before the script did. */
  finish(): Execution | null {
    const { head, tail, droppedBytes } = this.capture.contents();
    const ending = droppedBytes === 0 ? head : tail;
    const statusAt = ending.indexOf(this.marker);
    const endAt = ending.lastIndexOf(this.marker);
    if (statusAt === -1 || endAt === statusAt) return null;
    const status = /^ (\d{1,3})\r?\n/.exec(ending.toString('latin1', statusAt + this.marker.length, statusAt + this.marker.length + 8));
    if (status === null) return null;
    const errorAt = statusAt + this.marker.length + status[0].length;
    const stdout = droppedBytes === 0 ? head.subarray(0, Math.min(statusAt, longestOutputBytes)) : head;
    return { exitCode: Number(status[1]), stdout: stdout.toString('utf8'), stderr: ending.toString('utf8', errorAt, endAt) };
  }
}

function withResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function readPid(line: string): number | null {
  const match = /^(\d{1,10})\r?$/.exec(line);
  return match === null ? null : Number(match[1]);
}
