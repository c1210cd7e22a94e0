import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Device } from '../../../agent/device/device';
import type { Result } from '../../../common/result';

export interface OpenedDevice {
  readonly device: Device;
  /** Pulls the cable; absent for the host, which has none. */
  readonly unplug?: () => Promise<void> | void;
  /** Leaves room for so many bytes; absent where the test cannot fill a disk. */
  readonly leaveRoom?: (bytes: number) => Promise<void> | void;
  readonly close: () => Promise<void>;
}

export const deadlineMs = 10_000;

/** The device of one test, and what a test does with it. */
export interface DeviceUnderTest {
  readonly opened: OpenedDevice;
  readonly device: Device;
  readonly folder: string;
  readonly shell: (script: string) => readonly string[];
  readonly run: (...command: string[]) => ReturnType<Device['execute']>;
  readonly read: (devicePath: string, largestBytes: number) => Promise<Buffer | null>;
  readonly remove: (devicePath: string) => Promise<unknown>;
  readonly inWorkFolder: (fileName: string) => string;
  readonly localFile: (content: Buffer) => Promise<string>;
  readonly push: (content: Buffer, devicePath: string) => ReturnType<Device['push']>;
}

/** Opens a device before each test and closes it after. */
export function deviceUnderTest(openDevice: () => Promise<OpenedDevice>): DeviceUnderTest {
  let opened: OpenedDevice;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'device-contract-'));
  });
  beforeEach(async () => {
    opened = await openDevice();
  });
  afterEach(() => opened.close());
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run: DeviceUnderTest['run'] = (...command) =>
    opened.device.execute(command, { deadlineMs });
  const localFile: DeviceUnderTest['localFile'] = async (content) => {
    const file = path.join(folder, randomBytes(4).toString('hex'));
    await writeFile(file, content);
    return file;
  };
  return {
    get opened() {
      return opened;
    },
    get device() {
      return opened.device;
    },
    get folder() {
      return folder;
    },
    shell: (script) => ['sh', '-c', script],
    run,
    read: async (devicePath, largestBytes) => {
      const thenRead = { path: devicePath, largestBytes };
      return expectValue(await opened.device.execute(['true'], { deadlineMs, thenRead })).fileRead;
    },
    remove: async (devicePath) => expectValue(await run('rm', '-f', '--', devicePath)),
    inWorkFolder: (fileName) => `${opened.device.workFolder}/${fileName}`,
    localFile,
    push: async (content, devicePath) =>
      opened.device.push(await localFile(content), devicePath, { executable: false, deadlineMs }),
  };
}

export function expectValue<Value>(result: Result<Value, unknown>): Value {
  expect(result).toMatchObject({ ok: true });
  return (result as { readonly value: Value }).value;
}

export function expectFault<Failure>(result: Result<unknown, Failure>): Failure {
  expect(result).toMatchObject({ ok: false });
  return (result as { readonly error: Failure }).error;
}
