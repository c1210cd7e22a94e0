import type { Device } from '../../../../agent/device/device';
import type { UnusablePhone } from '../../../../common/device';
import { createLogger } from '../../../../platform/logger';
import { trackPhones, type AdbTracker } from '../../../../agent/device/phone/tracker';

export interface Watch {
  readonly events: string[];
  readonly devices: Map<string, Device>;
  readonly tracker: AdbTracker;
  unusable(): readonly UnusablePhone[];
  /** Waits for a device with this serial number that is not `previous`. */
  attached(serial: string, previous?: Device): Promise<Device>;
  detached(serial: string): Promise<void>;
  until(condition: () => boolean): Promise<void>;
}

/** A tracker and what it said. Waits end with the test's own time limit. */
export function watchPhones(port: number, excludedSerials: readonly string[] = []): Watch {
  const events: string[] = [];
  const devices = new Map<string, Device>();
  let phones: readonly UnusablePhone[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const look of [...waiting]) look();
  };
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const tracker = trackPhones(
    {
      address: { host: '127.0.0.1', port },
      serverProgram: 'adb',
      excludedSerials,
      owner: '0123abcd',
      logger: createLogger('test', 'silent'),
    },
    {
      attached: (device) => {
        events.push(`+${device.hardware.serial}`);
        devices.set(device.hardware.serial, device);
        wake();
      },
      detached: (serial) => {
        events.push(`-${serial}`);
        devices.delete(serial);
        wake();
      },
      unusable: (listed) => {
        phones = listed;
        wake();
      },
    },
  );
  return {
    events,
    devices,
    tracker,
    unusable: () => phones,
    attached: async (serial, previous) => {
      await until(() => devices.has(serial) && devices.get(serial) !== previous);
      return devices.get(serial)!;
    },
    detached: (serial) => until(() => !devices.has(serial)),
    until,
  };
}
