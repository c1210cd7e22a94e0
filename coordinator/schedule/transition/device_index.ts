import { isGrantable } from '../state/availability';
import { freeStateOf, type FleetDevice } from '../state/device';
import { withDevice, withIdle, withoutDevice } from '../state/pool';
import { raiseFleetVersion, update, updatePool, type Draft } from './draft';

/** Saves the device and keeps its pool's lists right. The only way to change a device. */
export function saveDevice(draft: Draft, device: FleetDevice): void {
  const { serial, pool } = device.description;
  const before = draft.state.devices.get(serial);
  const poolBefore = before?.description.pool;
  update(draft, { devices: draft.state.devices.set(serial, device) });
  if (poolBefore !== undefined && poolBefore !== pool)
    updatePool(draft, poolBefore, (former) => withoutDevice(former, serial));
  const grantable = isGrantable(draft.state, device);
  updatePool(draft, pool, (current) => withIdle(withDevice(current, serial), serial, grantable));
  if (before === undefined || differsAsMember(before, device)) raiseFleetVersion(draft);
}

/** As a member of the fleet, whatever it works on. */
function differsAsMember(before: FleetDevice, after: FleetDevice): boolean {
  return (
    before.agentId !== after.agentId ||
    before.description !== after.description ||
    freeStateOf(before).kind !== freeStateOf(after).kind
  );
}

/** Its agent came or went: the same devices may now be within reach, or not. */
export function reindexDevicesOf(draft: Draft, agentId: string): void {
  for (const device of draft.state.devices.values()) {
    if (device.agentId === agentId) saveDevice(draft, device);
  }
}
