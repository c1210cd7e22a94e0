import { join } from 'node:path/posix';
import type { ModelFormat } from '../../common/artifact';
import type { DeviceState } from '../../common/device';
import { farmFault, type FarmFault } from '../../common/fault';
import { fail, ok, type Result } from '../../common/result';
import type { Device } from '../device/device';
import { drawJobName } from '../device/job_files';
import type { ToolFile } from '../runtimes/runtime';

/** For one shell command that only reads, makes a folder or removes; hashing a 100 MB library takes a phone under a second. */
const housekeepingDeadlineMs = 60_000;

/** For one tool file: 100 MB over slow USB 2 takes a few seconds. */
const toolPushDeadlineMs = 300_000;

/** A job that starts this soon after another finds the device as that one left it, and saves reading its state again. */
const stateFreshMs = 1_000;

export interface JobFiles {
  readonly modelPath: string;
  /** Of each session one: the tool appends to what it finds. */
  resultPath(session: number): string;
}

/**
 * What one attached device has and last was, over all its jobs, so that each job need not ask again. Make one when a
 * device attaches and drop it with the device. It serves one job at a time.
 */
export class Workbench {
  readonly device: Device;
  #lastState: DeviceState | null = null;
  readonly #installed = new Map<string, string>();

  constructor(device: Device) {
    this.device = device;
  }

  /** Files that no other job has or will have, on this device or by another way to it. What a death in mid-job leaves goes when the device attaches again. */
  openJob(format: ModelFormat, atMs: number): JobFiles {
    const name = join(this.device.workFolder, drawJobName(this.device.owner, atMs));
    return {
      modelPath: `${name}.${format}`,
      resultPath: (session) => `${name}-${String(session)}.csv`,
    };
  }

  /** Missing files are no fault. Jobs that end well remove theirs with the reading of the state. */
  async remove(devicePaths: readonly string[]): Promise<Result<void, FarmFault>> {
    const removed = await this.device.execute(['rm', '-f', '--', ...devicePaths], {
      deadlineMs: housekeepingDeadlineMs,
    });
    return removed.ok ? ok(undefined) : removed;
  }

  /** What was read after a job, for the next one. */
  keepState(state: DeviceState): void {
    this.#lastState = state;
  }

  /** The kept state if it still describes the device; once only, since the job that takes it changes the device. */
  takeFreshState(nowMs: number): DeviceState | null {
    const state = this.#lastState;
    this.#lastState = null;
    return state !== null && Math.abs(nowMs - state.atMs) <= stateFreshMs ? state : null;
  }

  /** Sees to it that the tool's files are there, byte for byte: those that the phone does not have yet are pushed. Once per file and digest. */
  async install(files: readonly ToolFile[], signal: AbortSignal): Promise<Result<void, FarmFault>> {
    const unknown = files.filter((file) => this.#installed.get(file.name) !== file.digest);
    if (unknown.length === 0) return ok(undefined);
    const before = await this.#digestsOf(unknown, signal);
    if (!before.ok) return before;
    const lacking = unknown.filter((file) => before.value.get(file.name) !== file.digest);
    const pushed = lacking.length === 0 ? ok(undefined) : await this.#push(lacking, signal);
    if (!pushed.ok) return pushed;
    for (const file of unknown) this.#installed.set(file.name, file.digest);
    return ok(undefined);
  }

  /** After a tool could not be started: whatever is on the device is looked at again before the next job. */
  distrustTools(): void {
    this.#installed.clear();
  }

  async #push(files: readonly ToolFile[], signal: AbortSignal): Promise<Result<void, FarmFault>> {
    const folders = new Set(files.map((file) => join(this.device.workFolder, file.name, '..')));
    const made = await this.device.execute(['mkdir', '-p', ...folders], {
      deadlineMs: housekeepingDeadlineMs,
      signal,
    });
    if (!made.ok) return made;
    for (const file of files) {
      const pushed = await this.device.push(
        file.localPath,
        join(this.device.workFolder, file.name),
        { executable: file.executable, deadlineMs: toolPushDeadlineMs, signal },
      );
      if (!pushed.ok) return pushed;
    }
    const after = await this.#digestsOf(files, signal);
    if (!after.ok) return after;
    const wrong = files.find((file) => after.value.get(file.name) !== file.digest);
    if (wrong === undefined) return ok(undefined);
    return fail(
      farmFault(
        'transfer-failed',
        `${wrong.name} has the digest ${after.value.get(wrong.name) ?? '(none)'} on the device, not ${wrong.digest}: it changed since the agent started, or on the way`,
      ),
    );
  }

  /** By `sha256sum`, whose lines are `<digest>  <path>`; files that are not there have no line. */
  async #digestsOf(
    files: readonly ToolFile[],
    signal: AbortSignal,
  ): Promise<Result<ReadonlyMap<string, string>, FarmFault>> {
    const nameByPath = new Map(
      files.map((file) => [join(this.device.workFolder, file.name), file.name]),
    );
    const hashed = await this.device.execute(['sha256sum', ...nameByPath.keys()], {
      deadlineMs: housekeepingDeadlineMs,
      signal,
    });
    if (!hashed.ok) return hashed;
    const lines = hashed.value.stdout.split('\n').flatMap((line) => {
      const [, digest = '', path = ''] = /^([0-9a-f]{64}) [ *](\S.*?)\r?$/.exec(line) ?? [];
      const name = nameByPath.get(path);
      return name === undefined ? [] : [[name, digest] as const];
    });
    return ok(new Map(lines));
  }
}
