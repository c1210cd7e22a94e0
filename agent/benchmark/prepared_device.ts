import { join } from 'node:path/posix';
import type { ModelFormat } from '../../common/artifact';
import type { DeviceState } from '../../common/device';
import type { FarmFault } from '../../common/fault';
import { ok, type Result } from '../../common/result';
import type { Device } from '../device/device';
import { drawJobName } from '../device/job_files';
import { ToolInstallation } from './tool_installation';

/** For one shell command that only removes. */
const housekeepingDeadlineMs = 60_000;

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
export class PreparedDevice {
  readonly device: Device;
  #lastState: DeviceState | null = null;
  readonly tools: ToolInstallation;

  constructor(device: Device) {
    this.device = device;
    this.tools = new ToolInstallation(device);
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
}
