import { isGrantable } from '../state/availability';
import type { FleetDevice } from '../state/device';
import { withDevice, withIdle, withoutDevice } from '../state/pool';
import { update, updatePool, type Draft } from './draft';

/** Saves the device and keeps its pool's lists right. The only way to change a device. */
export function saveDevice(draft: Draft, device: FleetDevice): void {
  const { serial, pool } = device.description;
  const poolBefore = draft.state.devices.get(serial)?.description.pool;
  update(draft, { devices: draft.state.devices.set(serial, device) });
  if (poolBefore !== undefined && poolBefore !== pool)
    updatePool(draft, poolBefore, (before) => withoutDevice(before, serial));
  const grantable = isGrantable(draft.state, device);
  updatePool(draft, pool, (current) => withIdle(withDevice(current, serial), serial, grantable));
}

/** Its agent came or went: the same devices may now be within reach, or not. */
export function reindexDevicesOf(draft: Draft, agentId: string): void {
  for (const device of draft.state.devices.values()) {
    if (device.agentId === agentId) saveDevice(draft, device);
  }
}
