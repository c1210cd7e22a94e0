import { currentLease, isGenuine } from '../state/scheduler_state';
import { recordAttempt, type EndedAttempt } from './attempt';
import type { Draft } from './draft';
import { claimJob, endLease } from './lease';

/**
 * A result came, perhaps late, perhaps again, perhaps from a stranger. One that does not bear the nonce of its lease, or
 * comes in another agent's name, is forged. Another counts if its lease is current; or, for a job that has not been granted
 * since the coordinator started, if its lease is from before the start and newer than anything heard of the job.
 */
export function resultArrived(draft: Draft, attempt: EndedAttempt): void {
  const { state } = draft;
  const { lease, agentId, outcome } = attempt;
  if (!isGenuine(state, agentId, lease)) {
    draft.effects.push({
      kind: 'discard-result',
      lease,
      cause: 'forged',
      reason: `agent ${agentId} was not granted epoch ${lease.epoch} of job ${lease.jobId}`,
    });
    return;
  }
  const active = currentLease(state, lease);
  if (active !== undefined) {
    endLease(draft, active, outcome);
    return;
  }
  const open = claimJob(draft, lease);
  if (open !== undefined) {
    recordAttempt(draft, open, attempt);
    return;
  }
  const reason = state.jobs.has(lease.jobId)
    ? `epoch ${lease.epoch} of job ${lease.jobId} is not current`
    : `job ${lease.jobId} is not open`;
  draft.effects.push({ kind: 'discard-result', lease, cause: 'stale', reason });
}
