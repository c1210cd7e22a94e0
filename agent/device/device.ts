import type { DeviceDescription, DeviceState } from '../../common/device';
import type { FarmFault } from '../../common/fault';
import type { Result } from '../../common/result';

/** What a device is, before the runtimes' adapters say what can run on it. */
export type Hardware = Omit<DeviceDescription, 'offers' | 'tools' | 'missing' | 'pool'>;

export interface Execution {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The content of `thenRead`; null if it was not asked for, is not there, or is longer than asked for. */
  readonly fileRead: Buffer | null;
}

export interface ExecuteOptions {
  /** Then the process is killed where it runs (on the phone, not only the adb client) and the answer is a `timeout` fault. */
  readonly deadlineMs: number;
  /** The same on abort, with a `stopped` fault. */
  readonly signal?: AbortSignal;
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  /** A file that is read once the command has ended, whatever its exit code, in the same round trip. */
  readonly thenRead?: FileToRead;
}

export interface FileToRead {
  readonly path: string;
  readonly largestBytes: number;
}

export interface FilesOfJob {
  readonly modelPath: string;
  /** The model among them. */
  readonly all: readonly string[];
}

export interface EndOfJob {
  readonly state: DeviceState;
  /** SHA-256 of the model as it lay there; null if it was no longer there. */
  readonly modelDigest: string | null;
}

export interface PushOptions {
  readonly executable: boolean;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

/**
 * One attached phone, virtual phone or the host: the consumer is agent/benchmark. Faults are values; a method never
 * throws for what a device can do to us. After `disconnected` settles every call answers with a `disconnected` fault.
 */
export interface Device {
  readonly hardware: Hardware;
  /** A folder of our own on the device, absolute, that exists. Another agent may use it too. */
  readonly workFolder: string;
  /** Ours in the names of files there (see job_files.ts). */
  readonly owner: string;
  /** Settles with the reason once the device is gone; never rejects. */
  readonly disconnected: Promise<string>;
  readState(): Promise<Result<DeviceState, FarmFault>>;
  /** What is to be known at the end of a job, and the removal of its files, in one round trip. One that is missing or stays is no fault. */
  endJob(files: FilesOfJob): Promise<Result<EndOfJob, FarmFault>>;
  /** `command` is an argument vector; the adapter quotes it where a shell is in between. Output is bounded. */
  execute(
    command: readonly string[],
    options: ExecuteOptions,
  ): Promise<Result<Execution, FarmFault>>;
  /**
   * After success the file is there, its byte count checked on the device. After a fault `devicePath` must not be used:
   * nothing is there, or, if the device or the agent went away meanwhile, perhaps a part of the file.
   */
  push(
    localPath: string,
    devicePath: string,
    options: PushOptions,
  ): Promise<Result<void, FarmFault>>;
  /** Frees the connection; idempotent. */
  close(): Promise<void>;
}
