import { hasAlternative } from '../state/availability';
import { openTargets, type FleetDevice } from '../state/device';
import { tagMs } from '../state/fair_share';
import type { OpenJob } from '../state/job';
import { firstOfAll } from '../state/job_queue';
import { lookAheadJobs, lookAheadSubmissions } from '../state/limits';
import type { Owner } from '../state/owner';
import type { Pool } from '../state/pool';
import { includesRecent } from '../state/recent_set';
import type { SchedulerState } from '../state/scheduler_state';
import type { Draft } from './draft';
import { grantLease } from './lease';
import { prefetchAhead } from './prefetch';
import { hasLeasedDuplicate } from './reuse';

/** Gives every idle device the job that is due on it. Nothing is granted while a restart is being recovered from. */
export function grantJobs(draft: Draft): void {
  if (draft.state.recovery.kind === 'waiting') return;
  for (const [name, pool] of draft.state.pools) {
    if (pool.queuedJobs > 0 && pool.idleSerials.size > 0 && hasActiveOwner(draft.state, pool))
      grantJobsOfPool(draft, name, pool.idleSerials);
  }
}

function grantJobsOfPool(draft: Draft, name: string, idleSerials: Iterable<string>): void {
  for (const serial of idleSerials) {
    if (draft.state.pools.get(name)?.queuedJobs === 0) return;
    const device = draft.state.devices.get(serial);
    const open = device === undefined ? undefined : chooseJob(draft.state, device);
    if (device === undefined || open === undefined) continue;
    grantLease(draft, device, open);
    prefetchAhead(draft, serial, candidates(draft.state, device));
  }
}

/**
 * The job that is due on the device: of the owners by priority, then by fair share, the first with a job for it; of that
 * owner's next jobs one whose artifact the device held lately, or its agent has, or the first.
 */
export function chooseJob(state: SchedulerState, device: FleetDevice): OpenJob | undefined {
  const known = state.agents.get(device.agentId)?.artifacts;
  for (const ownerId of ownersInOrder(state, device)) {
    const jobs = nextJobs(state, device, ownerId);
    if (jobs.length === 0) continue;
    return (
      jobs.find((open) => device.recentArtifacts.includes(open.job.artifact.digest)) ??
      jobs.find((open) => known !== undefined && includesRecent(known, open.job.artifact.digest)) ??
      jobs[0]
    );
  }
  return undefined;
}

/** The next jobs for the device, owner by owner. */
function* candidates(state: SchedulerState, device: FleetDevice): Generator<OpenJob> {
  for (const ownerId of ownersInOrder(state, device)) yield* nextJobs(state, device, ownerId);
}

function ownersInOrder(state: SchedulerState, device: FleetDevice): readonly string[] {
  const pool = state.pools.get(device.description.pool);
  const owners = new Map<string, Owner>();
  for (const targetKey of openTargets(device)) {
    for (const ownerId of pool?.queues.get(targetKey)?.keys() ?? []) {
      const owner = state.owners.get(ownerId);
      if (owner?.state.kind === 'active') owners.set(ownerId, owner);
    }
  }
  if (owners.size < 2) return [...owners.keys()];
  const tag = (owner: Owner): number => tagMs(pool?.shares.get(owner.priority), owner.ownerId);
  return [...owners.values()]
    .sort((a, b) => b.priority - a.priority || tag(a) - tag(b) || (a.ownerId < b.ownerId ? -1 : 1))
    .map((owner) => owner.ownerId);
}

function nextJobs(state: SchedulerState, device: FleetDevice, ownerId: string): readonly OpenJob[] {
  const queues = state.pools.get(device.description.pool)?.queues;
  const ownQueues = openTargets(device).flatMap(
    (targetKey) => queues?.get(targetKey)?.get(ownerId) ?? [],
  );
  const jobs: OpenJob[] = [];
  for (const entry of firstOfAll(ownQueues, lookAheadJobs)) {
    const open = state.jobs.get(entry.jobId);
    if (open === undefined || !mayRun(state, device, open)) continue;
    if (entry.sequence > (jobs[0]?.sequence ?? entry.sequence) + lookAheadSubmissions) break;
    jobs.push(open);
  }
  return jobs;
}

/** What is being measured is not measured again beside it. A device that failed a job gets it again only when there is no other to try. */
function mayRun(state: SchedulerState, device: FleetDevice, open: OpenJob): boolean {
  if (hasLeasedDuplicate(state, open)) return false;
  if (open.failedAttempts.length === 0) return true;
  const failedSerials = open.failedAttempts.map((attempt) => attempt.deviceSerial);
  return (
    !failedSerials.includes(device.description.serial) ||
    !hasAlternative(state, open.targetKey, failedSerials)
  );
}

function hasActiveOwner(state: SchedulerState, pool: Pool): boolean {
  for (const queues of pool.queues.values()) {
    for (const ownerId of queues.keys())
      if (state.owners.get(ownerId)?.state.kind === 'active') return true;
  }
  return false;
}
