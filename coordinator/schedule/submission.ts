import { assert } from '../../common/assert';
import type { Job } from '../../common/job';
import { formatTarget } from '../../common/target';
import type { JobEnd } from './effect';
import type { JobOwner } from './event';
import type { OpenJob } from './job';
import { newOwner, saveOwner } from './owner';
import { withQueued, withShare } from './pool';
import { addRecent, includesRecent } from './recent_set';
import { closeAccount, emptyShare, openAccount } from './share';
import { update, updatePool, type Turn } from './turn';
import { withoutTwin, withTwin } from './twins';

/** Idempotent by job id, also shortly after the job's end: whoever submits may not have heard of the end yet. */
export function submitJob(turn: Turn, job: Job, jobOwner: JobOwner): void {
  const { state } = turn;
  if (state.jobs.has(job.jobId) || includesRecent(state.endedJobIds, job.jobId)) return;
  assert(jobOwner.weight > 0, `owner ${jobOwner.ownerId} has a positive weight`);
  const known = state.owners.get(jobOwner.ownerId);
  const owner =
    known === undefined
      ? newOwner(jobOwner)
      : known.openJobs === 0
        ? { ...known, ...jobOwner }
        : known;
  const sequence = owner.submissions;
  saveOwner(turn, { ...owner, openJobs: owner.openJobs + 1, submissions: sequence + 1 });
  const open: OpenJob = {
    job,
    targetKey: formatTarget(job.target),
    ownerId: owner.ownerId,
    sequence,
    failedAttempts: [],
    fence: 0,
    state: { kind: 'queued' },
  };
  update(turn, {
    jobs: turn.state.jobs.set(job.jobId, open),
    twins: withTwin(turn.state.twins, open),
  });
  updatePool(turn, job.target.pool, (pool) =>
    withQueued(
      withShare(
        pool,
        owner.priority,
        openAccount(pool.shares.get(owner.priority) ?? emptyShare, owner.ownerId),
      ),
      open,
    ),
  );
}

/** The job's final word. It must be neither queued nor under a lease any more. */
export function endJob(turn: Turn, open: OpenJob, end: JobEnd): void {
  const { jobId, target } = open.job;
  const { state } = turn;
  const endedCounts = { ...state.endedCounts, [end.kind]: state.endedCounts[end.kind] + 1 };
  update(turn, {
    jobs: state.jobs.delete(jobId),
    twins: withoutTwin(state.twins, open),
    endedJobIds: addRecent(state.endedJobIds, jobId),
    endedCounts,
  });
  const owner = state.owners.get(open.ownerId);
  assert(owner !== undefined, `owner ${open.ownerId} of open job ${jobId} is known`);
  updatePool(turn, target.pool, (pool) =>
    withShare(
      pool,
      owner.priority,
      closeAccount(pool.shares.get(owner.priority) ?? emptyShare, owner.ownerId, 1),
    ),
  );
  saveOwner(turn, { ...owner, openJobs: owner.openJobs - 1 });
  turn.effects.push({ kind: 'job-ended', ownerId: open.ownerId, jobId, end });
}
