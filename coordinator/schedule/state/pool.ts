import { Map, OrderedSet, Set } from 'immutable';
import type { FairShare } from './fair_share';
import type { OpenJob } from './job';
import { dequeue, emptyQueue, enqueue, type JobQueue } from './job_queue';

/** The devices of one SoC, and the jobs that wait for them. */
export interface Pool {
  readonly serials: Set<string>;
  /** Devices that could take a job now; who has waited longest, and is coolest, comes first. */
  readonly idleSerials: OrderedSet<string>;
  /** By target, then by owner. Neither empty targets nor empty queues are kept. */
  readonly queues: Map<string, Map<string, JobQueue>>;
  readonly queuedJobs: number;
  /** By the owners' priority. */
  readonly shares: Map<number, FairShare>;
}

export const emptyPool: Pool = {
  serials: Set(),
  idleSerials: OrderedSet(),
  queues: Map(),
  queuedJobs: 0,
  shares: Map(),
};

export function isEmptyPool(pool: Pool): boolean {
  return pool.serials.size === 0 && pool.queuedJobs === 0 && pool.shares.size === 0;
}

export function withQueued(pool: Pool, open: OpenJob): Pool {
  const queue = pool.queues.get(open.targetKey)?.get(open.ownerId) ?? emptyQueue;
  return withQueue(pool, open, enqueue(queue, { sequence: open.sequence, jobId: open.job.jobId }));
}

export function withoutQueued(pool: Pool, open: OpenJob): Pool {
  const queue = pool.queues.get(open.targetKey)?.get(open.ownerId) ?? emptyQueue;
  return withQueue(pool, open, dequeue(queue, { sequence: open.sequence, jobId: open.job.jobId }));
}

/** Replaces the queue of one owner for one target. */
export function withQueue(
  pool: Pool,
  key: { readonly targetKey: string; readonly ownerId: string },
  queue: JobQueue,
): Pool {
  const owners = pool.queues.get(key.targetKey) ?? Map<string, JobQueue>();
  const sizeBefore = owners.get(key.ownerId)?.size ?? 0;
  const changed = queue.size === 0 ? owners.delete(key.ownerId) : owners.set(key.ownerId, queue);
  const queues =
    changed.size === 0
      ? pool.queues.delete(key.targetKey)
      : pool.queues.set(key.targetKey, changed);
  return { ...pool, queues, queuedJobs: pool.queuedJobs + queue.size - sizeBefore };
}

/** Replaces the account book of one priority. It ends with its last open job: nobody is left to share with. */
export function withShare(pool: Pool, priority: number, share: FairShare): Pool {
  return {
    ...pool,
    shares: share.openJobs === 0 ? pool.shares.delete(priority) : pool.shares.set(priority, share),
  };
}

export function withIdle(pool: Pool, serial: string, grantable: boolean): Pool {
  if (pool.idleSerials.has(serial) === grantable) return pool;
  return {
    ...pool,
    idleSerials: grantable ? pool.idleSerials.add(serial) : pool.idleSerials.delete(serial),
  };
}

export function withDevice(pool: Pool, serial: string): Pool {
  return pool.serials.has(serial) ? pool : { ...pool, serials: pool.serials.add(serial) };
}

export function withoutDevice(pool: Pool, serial: string): Pool {
  return {
    ...pool,
    serials: pool.serials.delete(serial),
    idleSerials: pool.idleSerials.delete(serial),
  };
}
