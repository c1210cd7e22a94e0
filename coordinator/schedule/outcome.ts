import { countAttempt, type EndedAttempt } from './attempt';
import { endLease, firstEpoch } from './lease';
import { currentLease } from './state';
import type { Turn } from './turn';

/**
 * A result came, perhaps late, perhaps again. It counts if its lease is current; or, for a job that has not been granted
 * since the coordinator started, if its lease is from before the start and newer than anything heard of the job.
 */
export function resultArrived(turn: Turn, attempt: EndedAttempt): void {
  const { state } = turn;
  const { lease, outcome } = attempt;
  const active = currentLease(state, lease);
  if (active !== undefined) {
    endLease(turn, active, outcome);
    return;
  }
  const open = state.jobs.get(lease.jobId);
  if (open?.state.kind === 'queued' && lease.epoch > open.fence && lease.epoch < firstEpoch(state)) {
    countAttempt(turn, open, attempt);
    return;
  }
  const reason = open === undefined ? `job ${lease.jobId} is not open` : `epoch ${lease.epoch} of job ${lease.jobId} is not current`;
  turn.effects.push({ kind: 'discard-result', lease, reason });
}
