import { DeviceWorkers, type DevicesChange } from '../../../agent/worker/device_workers';
import type { AttachedDevices, AttachmentChange } from '../../../agent/worker/attached_devices';
import type { JobRunner } from '../../../agent/worker/job_runner';
import type { Device } from '../../../agent/device/device';
import { farmFault } from '../../../common/fault';
import {
  defaultPlan,
  type Job,
  type JobResult,
  type Lease,
  type Outcome,
} from '../../../common/job';
import { parseTarget } from '../../../common/target';
import { createLogger } from '../../../platform/logger';
import { scriptedDevice } from '../benchmark/scripted_device';

function phone(serial: string): Device {
  const device = scriptedDevice({});
  return { ...device, hardware: { ...device.hardware, serial } };
}

/** Devices that come and go when the test says so. */
function attachments(
  ...first: Device[]
): AttachedDevices & { tell(change: AttachmentChange): void } {
  const devices = new Map(first.map((device) => [device.hardware.serial, device]));
  const listeners = new Set<(change: AttachmentChange) => void>();
  return {
    devices: () => [...devices.values()],
    unusable: () => [],
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => Promise.resolve(),
    tell: (change) => {
      if (change.kind === 'attached') devices.set(change.device.hardware.serial, change.device);
      if (change.kind === 'detached') devices.delete(change.serial);
      for (const listener of listeners) listener(change);
    },
  };
}

/** Runs each job until the test ends it, or its signal aborts. */
function runnerOf(device: Device, ends: Map<string, (outcome: Outcome) => void>): JobRunner {
  const { hardware } = device;
  return {
    device,
    description: { ...hardware, pool: 'lab', offers: [], tools: [], missing: [] },
    measure: (job, signal) =>
      new Promise((resolve) => {
        ends.set(job.jobId, resolve);
        signal.addEventListener('abort', () =>
          resolve(farmFault('stopped', String(signal.reason))),
        );
      }),
  };
}

const job = (jobId: string): Job => ({
  jobId,
  target: parseTarget('lab/tflite/cpu/int8'),
  artifact: { digest: 'a'.repeat(64), sizeBytes: 1, format: 'tflite' },
  plan: defaultPlan,
});
const lease = (jobId: string, deviceSerial: string, epoch = 1): Lease => ({
  jobId,
  deviceSerial,
  epoch,
  nonce: 'n'.repeat(8),
});

function start(...first: Device[]) {
  const attached = attachments(...first);
  const ends = new Map<string, (outcome: Outcome) => void>();
  const results: JobResult[] = [];
  const changes: DevicesChange[] = [];
  const workers = new DeviceWorkers({
    agentId: 'agent',
    attached,
    createRunner: (device) => runnerOf(device, ends),
    keepResult: (result) => {
      results.push(result);
      return Promise.resolve();
    },
    logger: createLogger('test', 'silent'),
  });
  workers.onChange((change) => changes.push(change));
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { attached, ends, results, changes, workers, settled };
}

describe('the workers of the attached devices', () => {
  it('are one per device that was there, and per device that comes', () => {
    const { attached, changes, workers } = start(phone('P1'));
    attached.tell({ kind: 'attached', device: phone('P2') });
    expect(workers.devices().map(({ serial }) => serial)).toEqual(['P1', 'P2']);
    expect(changes).toMatchObject([
      { kind: 'device-attached', device: { serial: 'P2', pool: 'lab' } },
    ]);
  });

  it('work side by side, each on its own lease', async () => {
    const { workers, ends, results, settled } = start(phone('P1'), phone('P2'));
    workers.run(job('a'), lease('a', 'P1'));
    workers.run(job('b'), lease('b', 'P2'));
    await settled();
    expect(workers.heldLeases()).toEqual([lease('a', 'P1'), lease('b', 'P2')]);
    ends.get('b')!(farmFault('timeout', 'slow'));
    await settled();
    expect(results).toMatchObject([{ lease: { jobId: 'b' }, agentId: 'agent' }]);
    expect(workers.heldLeases()).toEqual([lease('a', 'P1')]);
    await workers.close();
  });

  it('answer for a device that is not there, so that its lease need not run out', () => {
    const { workers, results } = start();
    workers.run(job('a'), lease('a', 'gone'));
    expect(results).toMatchObject([
      { lease: { jobId: 'a' }, outcome: { code: 'disconnected', message: 'gone is not attached' } },
    ]);
  });

  it('hold a lease until its result is kept, though the device has left', async () => {
    const { attached, workers, changes, results, settled } = start(phone('P1'));
    workers.run(job('a'), lease('a', 'P1'));
    await settled();
    attached.tell({ kind: 'detached', serial: 'P1', reason: 'unplugged' });
    expect(workers.devices()).toEqual([]);
    expect(changes.at(-1)).toEqual({
      kind: 'device-detached',
      deviceSerial: 'P1',
      reason: 'unplugged',
    });
    await settled();
    expect(results).toMatchObject([{ lease: { jobId: 'a' }, outcome: { kind: 'farm-fault' } }]);
    expect(workers.heldLeases()).toEqual([]);
  });

  it('take the device anew when it comes back', async () => {
    const { attached, workers, ends, settled } = start(phone('P1'));
    attached.tell({ kind: 'detached', serial: 'P1', reason: 'unplugged' });
    attached.tell({ kind: 'attached', device: phone('P1') });
    workers.run(job('a'), lease('a', 'P1', 2));
    await settled();
    expect(ends.has('a')).toBe(true);
    expect(workers.heldLeases()).toEqual([lease('a', 'P1', 2)]);
    await workers.close();
  });

  it('publish nothing for a lease that was revoked', async () => {
    const { workers, results, settled } = start(phone('P1'));
    workers.run(job('a'), lease('a', 'P1'));
    await settled();
    workers.stop(lease('a', 'P1'));
    workers.stop(lease('other', 'nobody'));
    await settled();
    expect(results).toEqual([]);
    expect(workers.heldLeases()).toEqual([]);
  });

  it('tell of phones that cannot be used', () => {
    const { attached, changes } = start();
    const phones = [{ adbSerial: 'X', adbState: 'offline', reason: 'asleep', remedy: 'wake it' }];
    attached.tell({ kind: 'unusable', phones });
    expect(changes).toEqual([{ kind: 'unusable-phones', phones }]);
  });

  it('end in order: every job ends with a result, and what comes later is not followed', async () => {
    const { attached, workers, results, changes, settled } = start(phone('P1'), phone('P2'));
    workers.run(job('a'), lease('a', 'P1'));
    workers.run(job('b'), lease('b', 'P2'));
    await settled();
    await workers.close();
    expect(results.map(({ lease: { jobId } }) => jobId).toSorted()).toEqual(['a', 'b']);
    attached.tell({ kind: 'attached', device: phone('P3') });
    expect(changes).toEqual([]);
  });
});
