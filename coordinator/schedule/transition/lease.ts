import { assert } from '../../../common/assert';
import { farmFault } from '../../../common/fault';
import type { Lease, Outcome } from '../../../common/job';
import { isAttached } from '../state/agent';
import type { FleetDevice } from '../state/device';
import { chargeGrant, emptyShare, settleLease } from '../state/fair_share';
import type { OpenJob } from '../state/job';
import type { ActiveLease } from '../state/lease';
import { epochsPerIncarnation, leaseDurationMs, missingLeaseGraceMs } from '../state/limits';
import { withoutQueued, withShare } from '../state/pool';
import { addRecent } from '../state/recent_set';
import { currentLease, firstEpoch, isOfThisLife } from '../state/scheduler_state';
import { countAttempt, recordAttempt, requeueJob } from './attempt';
import { judgeDevice } from './device_health';
import { saveDevice } from './device_index';
import { leaseDevice, releaseDevice } from './device_state';
import { update, updatePool, type Draft } from './draft';

/** Grants a queued job to an idle device. */
export function grantLease(draft: Draft, device: FleetDevice, open: OpenJob): void {
  const { state } = draft;
  const grants = state.grants + 1;
  assert(grants < epochsPerIncarnation, 'epochs of one incarnation do not reach into the next');
  const named = {
    jobId: open.job.jobId,
    deviceSerial: device.description.serial,
    epoch: firstEpoch(state) + grants,
  };
  const lease: Lease = { ...named, nonce: state.nonceOf({ ...named, agentId: device.agentId }) };
  const agent = state.agents.get(device.agentId);
  assert(isAttached(agent), `agent ${device.agentId} is attached when its device gets a job`);
  update(draft, {
    grants,
    agents: state.agents.set(agent.agentId, {
      ...agent,
      artifacts: addRecent(agent.artifacts, open.job.artifact.digest),
    }),
  });
  const chargedMs = charge(draft, open);
  beginLease(draft, open, {
    lease,
    agentId: agent.agentId,
    grantedAtMs: state.nowMs,
    expiresAtMs: state.nowMs + leaseDurationMs,
    chargedMs,
  });
  draft.effects.push({ kind: 'run-job', agentId: agent.agentId, job: open.job, lease });
}

/**
 * The job that a lease from before a restart may have: one that has not been granted since. Of several such leases the
 * newest counted last, so an older one that was adopted gives way.
 */
export function claimJob(draft: Draft, lease: Lease): OpenJob | undefined {
  const { state } = draft;
  const open = state.jobs.get(lease.jobId);
  if (open === undefined || lease.epoch <= open.fence || isOfThisLife(state, lease))
    return undefined;
  const adopted = open.state.kind === 'leased' ? currentLease(state, open.state.lease) : undefined;
  if (adopted === undefined) return open;
  voidLease(draft, adopted);
  requeueJob(draft, adopted.lease);
  return draft.state.jobs.get(lease.jobId);
}

/** Takes over a lease from before a restart: the agent still works on it, or holds its result. */
export function adoptLease(draft: Draft, open: OpenJob, lease: Lease, agentId: string): void {
  const { nowMs } = draft.state;
  beginLease(draft, open, {
    lease,
    agentId,
    grantedAtMs: nowMs,
    expiresAtMs: nowMs + leaseDurationMs,
    chargedMs: 0,
  });
}

function beginLease(draft: Draft, open: OpenJob, active: ActiveLease): void {
  const { lease } = active;
  assert(open.state.kind === 'queued', `job ${lease.jobId} is queued when it is leased`);
  assert(
    !draft.state.leases.has(lease.deviceSerial),
    `device ${lease.deviceSerial} has one lease at a time`,
  );
  const leased: OpenJob = { ...open, fence: lease.epoch, state: { kind: 'leased', lease } };
  update(draft, {
    leases: draft.state.leases.set(lease.deviceSerial, active),
    jobs: draft.state.jobs.set(lease.jobId, leased),
  });
  updatePool(draft, open.job.target.pool, (pool) => withoutQueued(pool, open));
  const device = draft.state.devices.get(lease.deviceSerial);
  if (device !== undefined)
    saveDevice(draft, leaseDevice(device, lease, open.job.artifact.digest, draft.state.nowMs));
}

/** The agent reported the lease's outcome. */
export function endLease(draft: Draft, active: ActiveLease, outcome: Outcome): void {
  const { lease, agentId } = active;
  recordAttempt(draft, closeLeaseWith(draft, active, outcome), { lease, agentId, outcome });
}

/** The lease is taken back. The caller decides what becomes of its job. */
export function voidLease(draft: Draft, active: ActiveLease): void {
  closeLease(draft, active, (device) => releaseDevice(device, draft.state.nowMs));
  draft.effects.push({ kind: 'stop-job', agentId: active.agentId, lease: active.lease });
}

/** The agent listed it. */
export function renewLease(draft: Draft, active: ActiveLease): void {
  deferExpiry(draft, active, draft.state.nowMs + leaseDurationMs);
}

/** The agent did not list it: it has a short while left, in which the result may still come. */
export function doubtLease(draft: Draft, active: ActiveLease): void {
  deferExpiry(draft, active, Math.min(active.expiresAtMs, draft.state.nowMs + missingLeaseGraceMs));
}

/** The coordinator stood still for `gapMs`, in which no lease could be renewed. */
export function extendLeases(draft: Draft, gapMs: number): void {
  const latestMs = draft.state.nowMs + leaseDurationMs;
  for (const active of draft.state.leases.values())
    deferExpiry(draft, active, Math.min(latestMs, active.expiresAtMs + gapMs));
}

/** Ends the leases whose time is over. */
export function expireLeases(draft: Draft): void {
  for (const active of draft.state.leases.values()) {
    if (active.expiresAtMs <= draft.state.nowMs) loseLease(draft, active);
  }
}

/** The agent was not heard for too long: its leases are void at once. */
export function loseLeasesOf(draft: Draft, agentId: string): void {
  for (const active of draft.state.leases.values()) {
    if (active.agentId === agentId) loseLease(draft, active);
  }
}

function loseLease(draft: Draft, active: ActiveLease): void {
  const fault = farmFault('agent-lost', `agent ${active.agentId} did not renew the lease`);
  countAttempt(draft, closeLeaseWith(draft, active, fault), active.lease, fault);
}

function closeLeaseWith(draft: Draft, active: ActiveLease, outcome: Outcome): OpenJob {
  const { lease } = active;
  const open = draft.state.jobs.get(lease.jobId);
  assert(open?.state.kind === 'leased', `job ${lease.jobId} is leased while its lease is current`);
  const attempt = { lease, targetKey: open.targetKey, digest: open.job.artifact.digest, outcome };
  closeLease(draft, active, (device) => judgeDevice(device, attempt, draft.state.nowMs));
  return open;
}

function deferExpiry(draft: Draft, active: ActiveLease, expiresAtMs: number): void {
  if (expiresAtMs !== active.expiresAtMs)
    update(draft, {
      leases: draft.state.leases.set(active.lease.deviceSerial, { ...active, expiresAtMs }),
    });
}

function closeLease(
  draft: Draft,
  active: ActiveLease,
  change: (device: FleetDevice) => FleetDevice,
): void {
  const { lease } = active;
  assert(
    currentLease(draft.state, lease) !== undefined,
    `lease ${lease.epoch} is current when it ends`,
  );
  update(draft, { leases: draft.state.leases.delete(lease.deviceSerial) });
  const device = draft.state.devices.get(lease.deviceSerial);
  if (device !== undefined) saveDevice(draft, change(device));
  settle(draft, active);
}

function charge(draft: Draft, open: OpenJob): number {
  const owner = draft.state.owners.get(open.ownerId);
  if (owner === undefined) return 0;
  let chargedMs = 0;
  updatePool(draft, open.job.target.pool, (pool) => {
    const charged = chargeGrant(
      pool.shares.get(owner.priority) ?? emptyShare,
      owner.ownerId,
      owner.weight,
    );
    chargedMs = charged.chargedMs;
    return withShare(pool, owner.priority, charged.share);
  });
  return chargedMs;
}

function settle(draft: Draft, active: ActiveLease): void {
  const open = draft.state.jobs.get(active.lease.jobId);
  const owner = open === undefined ? undefined : draft.state.owners.get(open.ownerId);
  if (open === undefined || owner === undefined) return;
  const times = { chargedMs: active.chargedMs, actualMs: draft.state.nowMs - active.grantedAtMs };
  updatePool(draft, open.job.target.pool, (pool) => {
    const share = pool.shares.get(owner.priority);
    return share === undefined
      ? pool
      : withShare(pool, owner.priority, settleLease(share, owner.ownerId, owner.weight, times));
  });
}
