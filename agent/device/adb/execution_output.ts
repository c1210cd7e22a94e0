import type { Execution } from '../device';
import { BoundedCapture } from '../bounded_capture';
import { longestErrorOutputBytes } from './execution_script';

/** Of standard output. The most talkative tools print some 100 KB; what exceeds this is dropped from the middle on. */
export const longestOutputBytes = 4 * 1024 * 1024;

/** Enough for the markers, the exit codes and the bounded standard error; the file that is read comes on top. */
const afterOutputBytes = longestErrorOutputBytes + 256;

/** Reads what `executionScript` prints, as it comes. */
export class ExecutionOutput {
  private readonly capture: BoundedCapture;
  private firstLine = '';
  private pidFound: number | null | undefined;
  private readonly announceStart: () => void;

  /** Settles when the process id has come. */
  readonly started: Promise<void>;

  constructor(
    private readonly marker: string,
    private readonly largestFileBytes: number,
  ) {
    this.capture = new BoundedCapture(longestOutputBytes, afterOutputBytes + largestFileBytes);
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
    const tool = this.markerAfter(ending, 0);
    const errors = tool === null ? null : this.markerAfter(ending, tool.endAt);
    const file = errors === null ? null : this.lastMarker(ending, errors.endAt);
    if (tool === null || errors === null || file === null) return null;
    const stdout =
      droppedBytes === 0 ? head.subarray(0, Math.min(tool.startAt, longestOutputBytes)) : head;
    const fileRead =
      file.status === 0 && file.startAt - errors.endAt <= this.largestFileBytes
        ? Buffer.from(ending.subarray(errors.endAt, file.startAt))
        : null;
    return {
      exitCode: tool.status,
      stdout: stdout.toString('utf8'),
      stderr: ending.toString('utf8', tool.endAt, errors.startAt),
      fileRead,
    };
  }

  private markerAfter(bytes: Buffer, fromByte: number): MarkerLine | null {
    return this.readMarker(bytes, bytes.indexOf(this.marker, fromByte));
  }

  private lastMarker(bytes: Buffer, fromByte: number): MarkerLine | null {
    const startAt = bytes.lastIndexOf(this.marker);
    return startAt < fromByte ? null : this.readMarker(bytes, startAt);
  }

  private readMarker(bytes: Buffer, startAt: number): MarkerLine | null {
    if (startAt === -1) return null;
    const statusAt = startAt + this.marker.length;
    const status = /^ (\d{1,3})\r?\n/.exec(bytes.toString('latin1', statusAt, statusAt + 8));
    return status === null
      ? null
      : { startAt, endAt: statusAt + status[0].length, status: Number(status[1]) };
  }
}

/** Where a line of the script's own stands, and the exit code in it. */
interface MarkerLine {
  readonly startAt: number;
  readonly endAt: number;
  readonly status: number;
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
