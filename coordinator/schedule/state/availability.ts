import { isAttached } from './agent';
import { isUsable, type FleetDevice } from './device';
import type { SchedulerState } from './scheduler_state';
import { isQuarantined } from './target_trouble';

/** Could take a job at once. */
export function isGrantable(state: SchedulerState, device: FleetDevice): boolean {
  return device.state.kind === 'idle' && isAttached(state.agents.get(device.agentId));
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
