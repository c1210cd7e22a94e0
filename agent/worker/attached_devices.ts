import type { UnusablePhone } from '../../common/device';
import type { Logger } from '../../platform/logger';
import { requireAdbProgram } from '../device/adb/server_control';
import { trackPhones, type AdbTracker } from '../device/phone/tracker';
import type { Device } from '../device/device';
import { openHostDevice } from '../device/host/host_device';
import { fileOwner } from '../device/job_files';

interface AttachmentOptions {
  readonly dataDir: string;
  readonly adb: {
    readonly enabled: boolean;
    readonly host: string;
    readonly port: number;
    readonly binary: string;
    readonly startServer: boolean;
  };
  readonly host: { readonly enabled: boolean; readonly cores: readonly number[] };
  /** Own serial numbers or adb serials that stay out of the farm. */
  readonly excludedSerials: readonly string[];
  readonly logger: Logger;
}

export type AttachmentChange =
  | { readonly kind: 'attached'; readonly device: Device }
  | { readonly kind: 'detached'; readonly serial: string; readonly reason: string }
  | { readonly kind: 'unusable'; readonly phones: readonly UnusablePhone[] };

/** All devices of this machine: the phones that adb shows, and the machine itself. */
export interface AttachedDevices {
  /** Attached now, one per serial number. */
  devices(): readonly Device[];
  /** Listed by adb, but not to be touched, each with the reason and the remedy. */
  unusable(): readonly UnusablePhone[];
  /** Calls `listener` for each change from now on; the returned function ends that. */
  onChange(listener: (change: AttachmentChange) => void): () => void;
  /** Closes every device; each `disconnected` settles. */
  close(): Promise<void>;
}

/**
 * Phones appear as they are identified, so listen first and look at `devices()` then.
 * @throws BadInputError when adb is wanted and not installed
 */
export async function watchDevices(options: AttachmentOptions): Promise<AttachedDevices> {
  if (options.adb.enabled && options.adb.startServer) requireAdbProgram(options.adb.binary);
  const devices = new Map<string, Device>();
  const listeners = new Set<(change: AttachmentChange) => void>();
  let unusable: readonly UnusablePhone[] = [];
  const tell = (change: AttachmentChange): void => {
    for (const listener of [...listeners]) listener(change);
  };
  const attach = (device: Device): void => {
    devices.set(device.hardware.serial, device);
    tell({ kind: 'attached', device });
  };
  const detach = (serial: string, reason: string): void => {
    devices.delete(serial);
    tell({ kind: 'detached', serial, reason });
  };
  const host = options.host.enabled
    ? await openHostDevice({ dataDir: options.dataDir, cores: options.host.cores })
    : undefined;
  if (host !== undefined) attach(host);
  const tracker = startTracker(options, {
    attached: attach,
    detached: detach,
    unusable: (phones) => {
      unusable = phones;
      tell({ kind: 'unusable', phones });
    },
  });
  return {
    devices: () => [...devices.values()],
    unusable: () => unusable,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      await tracker?.close();
      if (host === undefined || !devices.has(host.hardware.serial)) return;
      await host.close();
      detach(host.hardware.serial, await host.disconnected);
    },
  };
}

function startTracker(
  options: AttachmentOptions,
  events: Parameters<typeof trackPhones>[1],
): AdbTracker | undefined {
  if (!options.adb.enabled) return undefined;
  const { host, port, binary, startServer } = options.adb;
  return trackPhones(
    {
      address: { host, port },
      serverProgram: startServer ? binary : undefined,
      excludedSerials: options.excludedSerials,
      owner: fileOwner(options.dataDir),
      logger: options.logger,
    },
    events,
  );
}
