import type { Lease, Outcome } from '../../common/job';
import { hasAlternative } from './device_index';
import { stateAfterAttempt, type FailedAttempt, type OpenJob } from './job';
import { withoutQueued, withQueued } from './pool';
import { endJob } from './submission';
import { shareMeasurement } from './shared_measurement';
import { update, updatePool, type Turn } from './turn';

export interface EndedAttempt {
  readonly lease: Lease;
  readonly agentId: string;
  readonly outcome: Outcome;
}

/** What an agent reported of a lease counts: it is recorded, and the job ends or goes back to its place in the queue. */
export function recordAttempt(turn: Turn, open: OpenJob, attempt: EndedAttempt): void {
  turn.effects.push({ kind: 'record-attempt', ...attempt });
  countAttempt(turn, open, attempt.lease, attempt.outcome);
  const { lease, agentId, outcome } = attempt;
  if (outcome.kind === 'measured')
    shareMeasurement(turn, open, { lease, agentId, measurement: outcome.measurement });
}

/** As `recordAttempt`, for an attempt of which nothing was heard. */
export function countAttempt(turn: Turn, open: OpenJob, lease: Lease, outcome: Outcome): void {
  const failedSerials = [
    ...open.failedAttempts.map((failed) => failed.deviceSerial),
    lease.deviceSerial,
  ];
  const alternative = hasAlternative(turn.state, open.targetKey, failedSerials);
  const toolsProven =
    turn.state.devices.get(lease.deviceSerial)?.provenTargets.includes(open.targetKey) === true;
  const next = stateAfterAttempt(open, lease, outcome, { alternative, toolsProven });
  if (open.state.kind === 'queued')
    updatePool(turn, open.job.target.pool, (pool) => withoutQueued(pool, open));
  if (next.kind !== 'queued') {
    endJob(turn, open, next);
    return;
  }
  const failed: readonly FailedAttempt[] =
    outcome.kind === 'measured' ? [] : [{ deviceSerial: lease.deviceSerial, fault: outcome }];
  putBack(turn, {
    ...open,
    failedAttempts: [...open.failedAttempts, ...failed],
    fence: lease.epoch,
  });
}

/** The lease became void through no attempt of its own. */
export function requeueJob(turn: Turn, lease: Lease): void {
  const open = turn.state.jobs.get(lease.jobId);
  if (open !== undefined) putBack(turn, { ...open, fence: lease.epoch });
}

function putBack(turn: Turn, open: OpenJob): void {
  const queued: OpenJob = { ...open, state: { kind: 'queued' } };
  update(turn, { jobs: turn.state.jobs.set(open.job.jobId, queued) });
  updatePool(turn, open.job.target.pool, (pool) => withQueued(pool, queued));
}
