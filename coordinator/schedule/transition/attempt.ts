import type { Lease, Outcome } from '../../../common/job';
import { hasAlternative } from '../state/availability';
import type { FailedAttempt, OpenJob } from '../state/job';
import { withoutQueued, withQueued } from '../state/pool';
import { update, updatePool, type Draft } from './draft';
import { stateAfterAttempt } from './job_state';
import { shareMeasurement } from './reuse';
import { endJob } from './submission';

export interface EndedAttempt {
  readonly lease: Lease;
  readonly agentId: string;
  readonly outcome: Outcome;
}

/** What an agent reported of a lease counts: it is recorded, and the job ends or goes back to its place in the queue. */
export function recordAttempt(draft: Draft, open: OpenJob, attempt: EndedAttempt): void {
  draft.effects.push({ kind: 'record-attempt', ...attempt });
  countAttempt(draft, open, attempt.lease, attempt.outcome);
  const { lease, agentId, outcome } = attempt;
  if (outcome.kind === 'measured')
    shareMeasurement(draft, open, { lease, agentId, measurement: outcome.measurement });
}

/** As `recordAttempt`, for an attempt of which nothing was heard. */
export function countAttempt(draft: Draft, open: OpenJob, lease: Lease, outcome: Outcome): void {
  const failedSerials = [
    ...open.failedAttempts.map((failed) => failed.deviceSerial),
    lease.deviceSerial,
  ];
  const alternative = hasAlternative(draft.state, open.targetKey, failedSerials);
  const toolsProven =
    draft.state.devices.get(lease.deviceSerial)?.provenTargets.includes(open.targetKey) === true;
  const next = stateAfterAttempt(open, lease, outcome, { alternative, toolsProven });
  if (open.state.kind === 'queued')
    updatePool(draft, open.job.target.pool, (pool) => withoutQueued(pool, open));
  if (next.kind !== 'queued') {
    endJob(draft, open, next);
    return;
  }
  const failed: readonly FailedAttempt[] =
    outcome.kind === 'measured' ? [] : [{ deviceSerial: lease.deviceSerial, fault: outcome }];
  putBack(draft, {
    ...open,
    failedAttempts: [...open.failedAttempts, ...failed],
    fence: lease.epoch,
  });
}

/** The lease became void through no attempt of its own. */
export function requeueJob(draft: Draft, lease: Lease): void {
  const open = draft.state.jobs.get(lease.jobId);
  if (open !== undefined) putBack(draft, { ...open, fence: lease.epoch });
}

function putBack(draft: Draft, open: OpenJob): void {
  const queued: OpenJob = { ...open, state: { kind: 'queued' } };
  update(draft, { jobs: draft.state.jobs.set(open.job.jobId, queued) });
  updatePool(draft, open.job.target.pool, (pool) => withQueued(pool, queued));
}
