export const signalNumbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ABRT: 6,
  KILL: 9,
  SEGV: 11,
  PIPE: 13,
  TERM: 15,
  CONT: 18,
  STOP: 19,
};

/** Android's own; a fork bomb in a shell script ends here. */
const mostProcesses = 4096;
const firstPid = 2000;
const largestPid = 32768;

export interface PhoneProcess {
  readonly pid: number;
  readonly parentPid: number;
  group: number;
  commandLine: readonly string[];
  /** Aborts when a signal ended the process. */
  readonly killed: AbortSignal;
}

interface ProcessEntry {
  readonly process: PhoneProcess;
  readonly controller: AbortController;
  signal: number | undefined;
}

/** The processes of one phone. They live until they end or are killed here, whatever the adb client does. */
export class ProcessTable {
  readonly #entries = new Map<number, ProcessEntry>();
  #nextPid = firstPid;

  /** @returns undefined when the table is full. */
  start(
    parent: PhoneProcess | undefined,
    commandLine: readonly string[],
  ): PhoneProcess | undefined {
    if (this.#entries.size >= mostProcesses) return undefined;
    while (this.#entries.has(this.#nextPid)) this.#advancePid();
    const pid = this.#nextPid;
    this.#advancePid();
    const controller = new AbortController();
    const process: PhoneProcess = {
      pid,
      parentPid: parent?.pid ?? 1,
      group: parent?.group ?? pid,
      commandLine,
      killed: controller.signal,
    };
    this.#entries.set(pid, { process, controller, signal: undefined });
    return process;
  }

  /** Ends the process's entry. @returns the exit status: 128 + signal if it was killed. */
  finish(process: PhoneProcess, exitStatus: number): number {
    const entry = this.#entries.get(process.pid);
    this.#entries.delete(process.pid);
    return entry?.signal === undefined ? exitStatus : 128 + entry.signal;
  }

  get(pid: number): PhoneProcess | undefined {
    return this.#entries.get(pid)?.process;
  }

  list(): readonly PhoneProcess[] {
    return [...this.#entries.values()].map((entry) => entry.process);
  }

  /** As kill(2): a negative pid is a group, signal 0 only asks. @returns whether anything was there. */
  signal(pid: number, signal: number): boolean {
    const targets = [...this.#entries.values()].filter((entry) =>
      pid < 0 ? entry.process.group === -pid : entry.process.pid === pid,
    );
    for (const target of targets) {
      if (signal === 0 || target.signal !== undefined) continue;
      target.signal = signal;
      target.controller.abort();
    }
    return targets.length > 0;
  }

  killAll(): void {
    for (const pid of [...this.#entries.keys()]) this.signal(pid, signalNumbers['KILL'] ?? 9);
  }

  #advancePid(): void {
    this.#nextPid = this.#nextPid + 1 >= largestPid ? firstPid : this.#nextPid + 1;
  }
}
