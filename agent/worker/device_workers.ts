import type { DeviceDescription, UnusablePhone } from '../../common/device';
import { farmFault } from '../../common/fault';
import type { Job, JobResult, Lease } from '../../common/job';
import type { Logger } from '../../platform/logger';
import type { AgentMessage } from '../../proto/codec/agent_message';
import type { Device } from '../device/device';
import type { AttachedDevices, AttachmentChange } from './attached_devices';
import { DeviceWorker } from './device_worker';
import type { JobRunner } from './job_runner';

interface DeviceWorkersOptions {
  readonly agentId: string;
  readonly attached: AttachedDevices;
  readonly createRunner: (device: Device) => JobRunner;
  readonly keepResult: (result: JobResult) => Promise<void>;
  readonly logger: Logger;
}

/** What the coordinator is told when devices come and go. */
export type DevicesChange = Exclude<AgentMessage, { kind: 'hello' | 'heartbeat' }>;

interface AttachedWorker {
  readonly runner: JobRunner;
  readonly worker: DeviceWorker;
}

/** Gives every device a worker while it is attached. */
export class DeviceWorkers {
  readonly #options: DeviceWorkersOptions;
  /** By serial number. */
  readonly #members = new Map<string, AttachedWorker>();
  /** Workers of devices that left, until their last result is kept. */
  readonly #leaving = new Set<DeviceWorker>();
  readonly #listeners: ((change: DevicesChange) => void)[] = [];
  readonly #unfollow: () => void;

  constructor(options: DeviceWorkersOptions) {
    this.#options = options;
    this.#unfollow = options.attached.onChange((change) => this.#follow(change));
    for (const device of options.attached.devices()) this.#join(device);
  }

  devices(): readonly DeviceDescription[] {
    return this.runners().map(({ description }) => description);
  }

  unusablePhones(): readonly UnusablePhone[] {
    return this.#options.attached.unusable();
  }

  runners(): readonly JobRunner[] {
    return [...this.#members.values()].map(({ runner }) => runner);
  }

  heldLeases(): readonly Lease[] {
    return this.#workers().flatMap((worker) => worker.heldLease() ?? []);
  }

  run(job: Job, lease: Lease): void {
    const member = this.#members.get(lease.deviceSerial);
    if (member !== undefined) member.worker.run(job, lease);
    else
      void this.#options.keepResult({
        lease,
        agentId: this.#options.agentId,
        artifactDigest: job.artifact.digest,
        outcome: farmFault('disconnected', `${lease.deviceSerial} is not attached`),
      });
  }

  stop(lease: Lease): void {
    this.#members.get(lease.deviceSerial)?.worker.stop(lease);
  }

  /** Calls `listener` for each change from now on. */
  onChange(listener: (change: DevicesChange) => void): void {
    this.#listeners.push(listener);
  }

  /** Ends all work and waits for it. */
  async close(): Promise<void> {
    this.#unfollow();
    await Promise.all(this.#workers().map((worker) => worker.close()));
  }

  #workers(): readonly DeviceWorker[] {
    return [...[...this.#members.values()].map(({ worker }) => worker), ...this.#leaving];
  }

  #follow(change: AttachmentChange): void {
    switch (change.kind) {
      case 'attached':
        this.#join(change.device);
        return;
      case 'detached':
        void this.#leave(change.serial, change.reason);
        return;
      case 'unusable':
        this.#tell({ kind: 'unusable-phones', phones: change.phones });
        return;
    }
  }

  #join(device: Device): void {
    const { agentId, keepResult, logger } = this.#options;
    const runner = this.#options.createRunner(device);
    const { serial } = device.hardware;
    const worker = new DeviceWorker({
      deviceSerial: serial,
      agentId,
      measure: (job, signal) => runner.measure(job, signal),
      keepResult,
      logger,
    });
    this.#members.set(serial, { runner, worker });
    this.#tell({ kind: 'device-attached', device: runner.description });
  }

  async #leave(serial: string, reason: string): Promise<void> {
    const member = this.#members.get(serial);
    this.#members.delete(serial);
    this.#tell({ kind: 'device-detached', deviceSerial: serial, reason });
    if (member === undefined) return;
    this.#leaving.add(member.worker);
    await member.worker.close();
    this.#leaving.delete(member.worker);
  }

  #tell(change: DevicesChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
