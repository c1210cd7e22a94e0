import type { Clock } from '../../platform/time/clock';
import type { DeviceDescription } from '../../common/device';
import type { DeviceRecord } from '../ledger/device_records';
import type { Ledger } from '../ledger/ledger';

/** Every device that was ever attached and not removed, in memory and in the ledger. */
export interface DeviceRegister {
  /** Resolves when the ledger knows the devices: only then may they be given jobs, or a restart would not wait for them. */
  seen(agentId: string, devices: readonly DeviceDescription[]): Promise<void>;
  find(serial: string): DeviceRecord | undefined;
  setDrained(serial: string, drained: boolean): Promise<void>;
  remove(serial: string): Promise<void>;
  all(): Iterable<DeviceRecord>;
}

interface DeviceRegisterParts {
  readonly ledger: Pick<Ledger, 'devices'>;
  readonly clock: Clock;
}

/** Begins with the devices of the ledger. */
export async function openDeviceRegister({
  ledger,
  clock,
}: DeviceRegisterParts): Promise<DeviceRegister> {
  const bySerial = new Map(
    (await ledger.devices.all()).map((record) => [record.description.serial, record]),
  );
  const save = async (record: DeviceRecord): Promise<void> => {
    bySerial.set(record.description.serial, record);
    await ledger.devices.save(record);
  };
  return {
    seen: async (agentId, devices) => {
      const lastSeenAtMs = clock.nowMs();
      // Together, so that a shelf of 500 is one commit.
      await Promise.all(
        devices.map((description) =>
          save({
            description,
            agentId,
            lastSeenAtMs,
            drained: bySerial.get(description.serial)?.drained ?? false,
          }),
        ),
      );
    },
    find: (serial) => bySerial.get(serial),
    setDrained: async (serial, drained) => {
      const record = bySerial.get(serial);
      if (record !== undefined) await save({ ...record, drained });
    },
    remove: async (serial) => {
      bySerial.delete(serial);
      await ledger.devices.remove(serial);
    },
    all: () => bySerial.values(),
  };
}
