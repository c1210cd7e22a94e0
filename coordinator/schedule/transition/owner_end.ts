import { withoutDuplicate } from '../state/duplicate_jobs';
import { closeAccount, emptyShare } from '../state/fair_share';
import { allJobIds, emptyQueue } from '../state/job_queue';
import type { Owner } from '../state/owner';
import { withQueue, withShare } from '../state/pool';
import { update, updatePool, type Draft } from './draft';
import { voidLease } from './lease';

/** Its queued jobs are forgotten, its running ones stopped. Their late results are results for unknown jobs. */
export function endOwner(draft: Draft, ownerId: string): void {
  const owner = draft.state.owners.get(ownerId);
  if (owner === undefined) return;
  for (const active of draft.state.leases.values()) {
    const open = draft.state.jobs.get(active.lease.jobId);
    if (open?.ownerId !== ownerId) continue;
    voidLease(draft, active);
    forgetJobs(draft, [open.job.jobId]);
    updatePool(draft, open.job.target.pool, (pool) =>
      withShare(
        pool,
        owner.priority,
        closeAccount(pool.shares.get(owner.priority) ?? emptyShare, ownerId, 1),
      ),
    );
  }
  for (const name of draft.state.pools.keys()) dropQueues(draft, owner, name);
  update(draft, { owners: draft.state.owners.delete(ownerId) });
}

function forgetJobs(draft: Draft, jobIds: readonly string[]): void {
  const { jobs, duplicates } = draft.state;
  const rest = jobIds
    .flatMap((jobId) => jobs.get(jobId) ?? [])
    .reduce(withoutDuplicate, duplicates);
  update(draft, { jobs: jobs.deleteAll(jobIds), duplicates: rest });
}

function dropQueues(draft: Draft, owner: Owner, poolName: string): void {
  const { ownerId, priority } = owner;
  for (const [targetKey, queues] of draft.state.pools.get(poolName)?.queues ?? []) {
    const jobIds = allJobIds(queues.get(ownerId) ?? emptyQueue);
    if (jobIds.length === 0) continue;
    forgetJobs(draft, jobIds);
    updatePool(draft, poolName, (pool) => {
      const share = closeAccount(pool.shares.get(priority) ?? emptyShare, ownerId, jobIds.length);
      return withShare(withQueue(pool, { targetKey, ownerId }, emptyQueue), priority, share);
    });
  }
}
