import { assert } from '../../../common/assert';
import type { Job } from '../../../common/job';
import { formatTarget } from '../../../common/target';
import { withoutDuplicate, withDuplicate } from '../state/duplicate_jobs';
import { closeAccount, emptyShare, openAccount } from '../state/fair_share';
import type { JobConclusion, OpenJob } from '../state/job';
import { newOwner, type JobOwner } from '../state/owner';
import { withQueued, withShare } from '../state/pool';
import { addRecent, includesRecent } from '../state/recent_set';
import { update, updatePool, type Draft } from './draft';
import { saveOwner } from './owner';

/** Idempotent by job id, also shortly after the job's end: whoever submits may not have heard of the end yet. */
export function submitJob(draft: Draft, job: Job, jobOwner: JobOwner): void {
  const { state } = draft;
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
  saveOwner(draft, { ...owner, openJobs: owner.openJobs + 1, submissions: sequence + 1 });
  const open: OpenJob = {
    job,
    targetKey: formatTarget(job.target),
    ownerId: owner.ownerId,
    sequence,
    failedAttempts: [],
    fence: 0,
    state: { kind: 'queued' },
  };
  update(draft, {
    jobs: draft.state.jobs.set(job.jobId, open),
    duplicates: withDuplicate(draft.state.duplicates, open),
  });
  updatePool(draft, job.target.pool, (pool) =>
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
export function endJob(draft: Draft, open: OpenJob, end: JobConclusion): void {
  const { jobId, target } = open.job;
  const { state } = draft;
  const endedCounts = { ...state.endedCounts, [end.kind]: state.endedCounts[end.kind] + 1 };
  update(draft, {
    jobs: state.jobs.delete(jobId),
    duplicates: withoutDuplicate(state.duplicates, open),
    endedJobIds: addRecent(state.endedJobIds, jobId),
    endedCounts,
  });
  const owner = state.owners.get(open.ownerId);
  assert(owner !== undefined, `owner ${open.ownerId} of open job ${jobId} is known`);
  updatePool(draft, target.pool, (pool) =>
    withShare(
      pool,
      owner.priority,
      closeAccount(pool.shares.get(owner.priority) ?? emptyShare, owner.ownerId, 1),
    ),
  );
  saveOwner(draft, { ...owner, openJobs: owner.openJobs - 1 });
  draft.effects.push({ kind: 'job-ended', ownerId: open.ownerId, jobId, end });
}
