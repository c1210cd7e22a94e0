import { formatTarget, type Target } from '../../common/target';
import type { SchedulerState } from '../schedule/state/scheduler_state';

/** How many attached devices offer a target. Searches ask at every end of a job, so the answer is kept for a while. */
export interface FleetSize {
  deviceCount(target: Target): number;
  /** The fleet has changed: count again. */
  forget(): void;
}

/** `state` is read at the first question after each `forget`. */
export function createFleetSize(state: () => SchedulerState): FleetSize {
  let counts: ReadonlyMap<string, number> | undefined;
  return {
    deviceCount: (target) => (counts ??= countDevices(state())).get(formatTarget(target)) ?? 0,
    forget: () => {
      counts = undefined;
    },
  };
}

function countDevices(state: SchedulerState): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { targetKeys, state: device } of state.devices.values()) {
    const free = device.kind === 'leased' ? device.afterwards : device;
    if (free.kind === 'absent' || free.kind === 'drained') continue;
    for (const key of targetKeys) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
