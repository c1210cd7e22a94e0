import { allJobIds, emptyQueue } from './job_queue';
import { voidLease } from './lease';
import type { Owner } from './owner';
import { withQueue, withShare } from './pool';
import { closeAccount, emptyShare } from './share';
import { withoutTwin } from './twins';
import { update, updatePool, type Turn } from './turn';

/** Its queued jobs are forgotten, its running ones stopped. Their late results are results for unknown jobs. */
export function endOwner(turn: Turn, ownerId: string): void {
  const owner = turn.state.owners.get(ownerId);
  if (owner === undefined) return;
  for (const active of turn.state.leases.values()) {
    const open = turn.state.jobs.get(active.lease.jobId);
    if (open?.ownerId !== ownerId) continue;
    voidLease(turn, active);
    forgetJobs(turn, [open.job.jobId]);
    updatePool(turn, open.job.target.pool, (pool) =>
      withShare(
        pool,
        owner.priority,
        closeAccount(pool.shares.get(owner.priority) ?? emptyShare, ownerId, 1),
      ),
    );
  }
  for (const name of turn.state.pools.keys()) dropQueues(turn, owner, name);
  update(turn, { owners: turn.state.owners.delete(ownerId) });
}

function forgetJobs(turn: Turn, jobIds: readonly string[]): void {
  const { jobs, twins } = turn.state;
  const rest = jobIds.flatMap((jobId) => jobs.get(jobId) ?? []).reduce(withoutTwin, twins);
  update(turn, { jobs: jobs.deleteAll(jobIds), twins: rest });
}

function dropQueues(turn: Turn, owner: Owner, poolName: string): void {
  const { ownerId, priority } = owner;
  for (const [targetKey, queues] of turn.state.pools.get(poolName)?.queues ?? []) {
    const jobIds = allJobIds(queues.get(ownerId) ?? emptyQueue);
    if (jobIds.length === 0) continue;
    forgetJobs(turn, jobIds);
    updatePool(turn, poolName, (pool) => {
      const share = closeAccount(pool.shares.get(priority) ?? emptyShare, ownerId, jobIds.length);
      return withShare(withQueue(pool, { targetKey, ownerId }, emptyQueue), priority, share);
    });
  }
}
