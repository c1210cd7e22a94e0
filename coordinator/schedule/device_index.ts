import type { Device } from './device';
import type { SchedulerState } from './state';
import { withDevice, withIdle, withoutDevice } from './pool';
import { isOpen, isQuarantined } from './target_health';
import { update, updatePool, type Turn } from './turn';

/** Saves the device and keeps its pool's lists right. The only way to change a device. */
export function saveDevice(turn: Turn, device: Device): void {
  const { serial, pool } = device.description;
  const poolBefore = turn.state.devices.get(serial)?.description.pool;
  update(turn, { devices: turn.state.devices.set(serial, device) });
  if (poolBefore !== undefined && poolBefore !== pool)
    updatePool(turn, poolBefore, (before) => withoutDevice(before, serial));
  const grantable = isGrantable(turn.state, device);
  updatePool(turn, pool, (current) => withIdle(withDevice(current, serial), serial, grantable));
}

/** Its agent came or went: the same devices may now be within reach, or not. */
export function reindexDevicesOf(turn: Turn, agentId: string): void {
  for (const device of turn.state.devices.values()) {
    if (device.agentId === agentId) saveDevice(turn, device);
  }
}

/** The targets for which the device would take a job if it were free. */
export function openTargets({ targetKeys, troubles }: Device): readonly string[] {
  return troubles.size === 0
    ? targetKeys
    : targetKeys.filter((targetKey) => isOpen(troubles, targetKey));
}

/** Could take a job at once. */
export function isGrantable(state: SchedulerState, device: Device): boolean {
  return (
    device.state.kind === 'idle' && state.agents.get(device.agentId)?.state.kind === 'attached'
  );
}

/** Will take a job sooner or later without anybody's help: what a retry may wait for. */
export function isUsable(device: Device): boolean {
  const state = device.state.kind === 'leased' ? device.state.afterwards : device.state;
  return state.kind === 'idle' || state.kind === 'cooling';
}

/** Whether the target has a usable device besides those. */
export function hasAlternative(
  state: SchedulerState,
  targetKey: string,
  failedSerials: readonly string[],
): boolean {
  const serials = state.pools.get(targetKey.split('/', 1)[0] ?? '')?.serials ?? [];
  for (const serial of serials) {
    const device = state.devices.get(serial);
    if (
      device !== undefined &&
      !failedSerials.includes(serial) &&
      isUsable(device) &&
      device.targetKeys.includes(targetKey) &&
      !isQuarantined(device.troubles, targetKey)
    )
      return true;
  }
  return false;
}
