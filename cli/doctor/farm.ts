import { FarmError } from '../../common/farm_error';
import type { DeviceStatus } from '../../proto/codec/fleet';
import { connectFarm } from '../link/farm_client';
import type { HealthFinding } from './finding';
import { workerFindings } from './workers';

/** What the coordinator says of its farm. */
export async function checkFarm(address: string): Promise<readonly HealthFinding[]> {
  const farm = connectFarm(address);
  try {
    const { devices, unusablePhones } = await farm.listDevices();
    return [
      {
        check: 'coordinator',
        state: 'good',
        detail: `${address}, ${String(devices.length)} devices`,
      },
      ...devices.flatMap((device) =>
        device.description.missing.map((detail): HealthFinding => ({
          check: `device ${device.description.serial}`,
          state: 'warning',
          detail,
        })),
      ),
      ...devices.flatMap(quarantinedTargets),
      ...workerFindings(await farm.listWorkers()),
      ...unusablePhones.map((phone): HealthFinding => ({
        check: `phone ${phone.adbSerial}`,
        state: 'warning',
        detail: `${phone.reason}; ${phone.remedy}`,
      })),
    ];
  } catch (error) {
    if (!(error instanceof FarmError)) throw error;
    return [{ check: 'coordinator', state: 'warning', detail: error.message }];
  } finally {
    farm.close();
  }
}

function quarantinedTargets({ description, troubles }: DeviceStatus): HealthFinding[] {
  const serial = description.serial;
  const quarantined = troubles.filter(({ state }) => state === 'quarantined');
  return quarantined.map(({ target, detail }) => ({
    check: `device ${serial}`,
    state: 'warning',
    detail: `${target} is quarantined ${detail}; mend its tools, then: farm devices resume ${serial}`,
  }));
}
