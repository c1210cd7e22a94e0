import type { Lease } from '../../../common/job';
import type { ActiveLease } from '../state/lease';
import { currentLease, isGenuine } from '../state/scheduler_state';
import type { Draft } from './draft';
import { adoptLease, claimJob, doubtLease, renewLease } from './lease';

/** What the agent holds against what it should: renew, adopt, stop, doubt. */
export function reconcileLeases(draft: Draft, agentId: string, heldLeases: readonly Lease[]): void {
  const heldEpochs = new Set<number>();
  // Of two leases that an agent holds for one device, the newer is the one that counted last.
  for (const lease of heldLeases.toSorted((a, b) => b.epoch - a.epoch)) {
    const active = isGenuine(draft.state, agentId, lease)
      ? (currentLease(draft.state, lease) ?? adopt(draft, agentId, lease))
      : undefined;
    if (active?.agentId !== agentId) draft.effects.push({ kind: 'stop-job', agentId, lease });
    else {
      heldEpochs.add(lease.epoch);
      renewLease(draft, active);
    }
  }
  for (const active of draft.state.leases.values()) {
    if (active.agentId === agentId && !heldEpochs.has(active.lease.epoch))
      doubtLease(draft, active);
  }
}

/** A lease from before a restart, for a job that nobody has been given since. */
function adopt(draft: Draft, agentId: string, lease: Lease): ActiveLease | undefined {
  const open = draft.state.leases.has(lease.deviceSerial) ? undefined : claimJob(draft, lease);
  if (open === undefined) return undefined;
  adoptLease(draft, open, lease, agentId);
  return currentLease(draft.state, lease);
}
