import { recordAttempt, type EndedAttempt } from './attempt';
import { claimJob, endLease } from './lease';
import { currentLease, isGenuine } from './state';
import type { Turn } from './turn';

/**
 * A result came, perhaps late, perhaps again, perhaps from a stranger. One that does not bear the nonce of its lease, or
 * comes in another agent's name, is forged. Another counts if its lease is current; or, for a job that has not been granted
 * since the coordinator started, if its lease is from before the start and newer than anything heard of the job.
 */
export function resultArrived(turn: Turn, attempt: EndedAttempt): void {
  const { state } = turn;
  const { lease, agentId, outcome } = attempt;
  if (!isGenuine(state, agentId, lease)) {
    turn.effects.push({
      kind: 'discard-result',
      lease,
      cause: 'forged',
      reason: `agent ${agentId} was not granted epoch ${lease.epoch} of job ${lease.jobId}`,
    });
    return;
  }
  const active = currentLease(state, lease);
  if (active !== undefined) {
    endLease(turn, active, outcome);
    return;
  }
  const open = claimJob(turn, lease);
  if (open !== undefined) {
    recordAttempt(turn, open, attempt);
    return;
  }
  const reason = state.jobs.has(lease.jobId)
    ? `epoch ${lease.epoch} of job ${lease.jobId} is not current`
    : `job ${lease.jobId} is not open`;
  turn.effects.push({ kind: 'discard-result', lease, cause: 'stale', reason });
}
