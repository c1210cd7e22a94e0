import type { SchedulerState } from '../../schedule/state/scheduler_state';

/** How many devices are at work, by target; for one owner, or for all. Targets without any are left out. */
export function busyDevices(state: SchedulerState, ownerId?: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { lease } of state.leases.values()) {
    const open = state.jobs.get(lease.jobId);
    if (open !== undefined && (ownerId === undefined || open.ownerId === ownerId))
      counts.set(open.targetKey, (counts.get(open.targetKey) ?? 0) + 1);
  }
  return counts;
}
