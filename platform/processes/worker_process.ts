import { fork, type ChildProcess, type Serializable } from 'node:child_process';
import { Socket } from 'node:net';
import { oneLine } from '../../common/one_line';

export interface WorkerProcessOptions {
  /** A compiled module that begins with `listenToParent`. */
  readonly workerFile: string;
  readonly largestHeapMb: number;
}

interface WorkerProcessListener<Reply> {
  readonly onReply: (reply: Reply) => void;
  /** Once, whatever ended it; `how` is one line. */
  readonly onEnd: (how: string) => void;
}

/** Enough for V8's report of a death for want of memory, which ends with a stack that says nothing. */
const mostKeptOfStderr = 8_192;
const longestReason = 200;

/** A child process that runs a module of ours and ends with us. It keeps the program alive only while it is held. */
export class WorkerProcess<Request extends Serializable, Reply> {
  readonly #child: ChildProcess;
  readonly #listener: WorkerProcessListener<Reply>;
  #hasEnded = false;
  /** Its last words on standard error. */
  #said = '';

  constructor(
    { workerFile, largestHeapMb }: WorkerProcessOptions,
    listener: WorkerProcessListener<Reply>,
  ) {
    this.#listener = listener;
    this.#child = fork(workerFile, [], {
      execArgv: [...process.execArgv, `--max-old-space-size=${String(largestHeapMb)}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-mostKeptOfStderr);
    });
    this.#child.on('message', (reply) => listener.onReply(reply as Reply));
    this.#child.on('error', (error) => this.#endWith(error.message));
    this.#child.on('close', (code, signal) => this.#endWith(signal ?? `status ${String(code)}`));
    this.rest();
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Undefined once it has ended, and where it could not be started. */
  get pid(): number | undefined {
    return this.#hasEnded ? undefined : this.#child.pid;
  }

  send(request: Request): void {
    // What cannot be sent any more, the end of the process will tell.
    if (!this.#hasEnded && this.#child.connected) this.#child.send(request, () => undefined);
  }

  /** The program is not to end while it works. */
  hold(): void {
    this.#child.ref();
    this.#child.channel?.ref();
  }

  /** An idle process is no reason for the program to stay alive. */
  rest(): void {
    this.#child.unref();
    this.#child.channel?.unref();
    if (this.#child.stderr instanceof Socket) this.#child.stderr.unref();
  }

  /** At once: nothing that it holds needs to be saved. */
  async end(): Promise<void> {
    if (this.#hasEnded || this.#child.pid === undefined) return;
    this.hold();
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }

  #endWith(how: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const reason = /^(?:[A-Za-z]*Error|FATAL)\b.*$/m.exec(this.#said)?.[0];
    this.#listener.onEnd(reason === undefined ? how : `${how}, ${oneLine(reason, longestReason)}`);
  }
}
