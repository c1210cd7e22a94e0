import type { DeviceDescription, UnusablePhone } from '../../common/device';
import { farmFault } from '../../common/fault';
import type { Job, JobResult, Lease } from '../../common/job';
import type { Logger } from '../../platform/logger';
import type { AgentMessage } from '../../proto/codec/agent_message';
import type { DeviceShelf, ShelfChange } from '../device/shelf';
import type { Device } from '../device/device';
import { createDeviceWorker, type DeviceWorker } from './device_worker';
import type { Station } from './station';

interface CrewOptions {
  readonly agentId: string;
  readonly shelf: DeviceShelf;
  readonly createStation: (device: Device) => Station;
  readonly keepResult: (result: JobResult) => Promise<void>;
  readonly logger: Logger;
}

export type CrewChange = Exclude<AgentMessage, { kind: 'hello' | 'heartbeat' }>;

/** The workers of all attached devices. */
export interface Crew {
  devices(): readonly DeviceDescription[];
  unusablePhones(): readonly UnusablePhone[];
  stations(): readonly Station[];
  heldLeases(): readonly Lease[];
  run(job: Job, lease: Lease): void;
  stop(lease: Lease): void;
  /** Calls `listener` for each change from now on. */
  onChange(listener: (change: CrewChange) => void): void;
  /** Ends all work and waits for it. */
  close(): Promise<void>;
}

interface Post {
  readonly station: Station;
  readonly worker: DeviceWorker;
}

/** Gives every device of the shelf a worker while it is attached. */
export function assembleCrew(options: CrewOptions): Crew {
  const posts = new Map<string, Post>();
  /** Workers of devices that left, until their last result is kept. */
  const leaving = new Set<DeviceWorker>();
  const listeners: ((change: CrewChange) => void)[] = [];
  const tell = (change: CrewChange): void => {
    for (const listener of listeners) listener(change);
  };

  const join = (device: Device): void => {
    const station = options.createStation(device);
    const { serial } = device.hardware;
    const worker = createDeviceWorker({
      deviceSerial: serial,
      agentId: options.agentId,
      measure: (job, signal) => station.measure(job, signal),
      keepResult: options.keepResult,
      logger: options.logger,
    });
    posts.set(serial, { station, worker });
    tell({ kind: 'device-attached', device: station.description });
  };
  const leave = async (serial: string, reason: string): Promise<void> => {
    const post = posts.get(serial);
    posts.delete(serial);
    tell({ kind: 'device-detached', deviceSerial: serial, reason });
    if (post === undefined) return;
    leaving.add(post.worker);
    await post.worker.close();
    leaving.delete(post.worker);
  };
  const follow = (change: ShelfChange): void => {
    switch (change.kind) {
      case 'attached':
        join(change.device);
        return;
      case 'detached':
        void leave(change.serial, change.reason);
        return;
      case 'unusable':
        tell({ kind: 'unusable-phones', phones: change.phones });
        return;
    }
  };

  const unfollow = options.shelf.onChange(follow);
  for (const device of options.shelf.devices()) join(device);

  return {
    devices: () => [...posts.values()].map((post) => post.station.description),
    unusablePhones: () => options.shelf.unusable(),
    stations: () => [...posts.values()].map((post) => post.station),
    heldLeases: () =>
      [...[...posts.values()].map((post) => post.worker), ...leaving].flatMap(
        (worker) => worker.heldLease() ?? [],
      ),
    run: (job, lease) => {
      const post = posts.get(lease.deviceSerial);
      if (post !== undefined) post.worker.run(job, lease);
      else
        void options.keepResult({
          lease,
          agentId: options.agentId,
          artifactDigest: job.artifact.digest,
          outcome: farmFault('disconnected', `${lease.deviceSerial} is not attached`),
        });
    },
    stop: (lease) => posts.get(lease.deviceSerial)?.worker.stop(lease),
    onChange: (listener) => void listeners.push(listener),
    close: async () => {
      unfollow();
      await Promise.all(
        [...posts.values()]
          .map((post) => post.worker.close())
          .concat([...leaving].map((worker) => worker.close())),
      );
    },
  };
}
