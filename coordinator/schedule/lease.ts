import { assert } from '../../common/assert';
import { farmFault } from '../../common/fault';
import type { Lease, Outcome } from '../../common/job';
import { addRecent } from './recent_set';
import { countAttempt, recordAttempt, requeueJob } from './attempt';
import { judgeDevice, leaseDevice, releaseDevice, type Device } from './device';
import { saveDevice } from './device_index';
import type { OpenJob } from './job';
import { epochsPerIncarnation, leaseDurationMs, missingLeaseGraceMs } from './limits';
import { withoutQueued, withShare } from './pool';
import { chargeGrant, emptyShare, settleLease } from './share';
import { currentLease, firstEpoch, isOfThisLife, type ActiveLease } from './state';
import { update, updatePool, type Turn } from './turn';

/** Grants a queued job to an idle device. */
export function grantLease(turn: Turn, device: Device, open: OpenJob): void {
  const { state } = turn;
  const grants = state.grants + 1;
  assert(grants < epochsPerIncarnation, 'epochs of one incarnation do not reach into the next');
  const named = {
    jobId: open.job.jobId,
    deviceSerial: device.description.serial,
    epoch: firstEpoch(state) + grants,
  };
  const lease: Lease = { ...named, nonce: state.nonceOf({ ...named, agentId: device.agentId }) };
  const agent = state.agents.get(device.agentId);
  assert(
    agent?.state.kind === 'attached',
    `agent ${device.agentId} is attached when its device gets a job`,
  );
  update(turn, {
    grants,
    agents: state.agents.set(agent.agentId, {
      ...agent,
      artifacts: addRecent(agent.artifacts, open.job.artifact.digest),
    }),
  });
  const chargedMs = charge(turn, open);
  beginLease(turn, open, {
    lease,
    agentId: agent.agentId,
    grantedAtMs: state.nowMs,
    expiresAtMs: state.nowMs + leaseDurationMs,
    chargedMs,
  });
  turn.effects.push({ kind: 'run-job', agentId: agent.agentId, job: open.job, lease });
}

/**
 * The job that a lease from before a restart may have: one that has not been granted since. Of several such leases the
 * newest counted last, so an older one that was adopted gives way.
 */
export function claimJob(turn: Turn, lease: Lease): OpenJob | undefined {
  const { state } = turn;
  const open = state.jobs.get(lease.jobId);
  if (open === undefined || lease.epoch <= open.fence || isOfThisLife(state, lease))
    return undefined;
  const adopted = open.state.kind === 'leased' ? currentLease(state, open.state.lease) : undefined;
  if (adopted === undefined) return open;
  voidLease(turn, adopted);
  requeueJob(turn, adopted.lease);
  return turn.state.jobs.get(lease.jobId);
}

/** Takes over a lease from before a restart: the agent still works on it, or holds its result. */
export function adoptLease(turn: Turn, open: OpenJob, lease: Lease, agentId: string): void {
  const { nowMs } = turn.state;
  beginLease(turn, open, {
    lease,
    agentId,
    grantedAtMs: nowMs,
    expiresAtMs: nowMs + leaseDurationMs,
    chargedMs: 0,
  });
}

function beginLease(turn: Turn, open: OpenJob, active: ActiveLease): void {
  const { lease } = active;
  assert(open.state.kind === 'queued', `job ${lease.jobId} is queued when it is leased`);
  assert(
    !turn.state.leases.has(lease.deviceSerial),
    `device ${lease.deviceSerial} has one lease at a time`,
  );
  const leased: OpenJob = { ...open, fence: lease.epoch, state: { kind: 'leased', lease } };
  update(turn, {
    leases: turn.state.leases.set(lease.deviceSerial, active),
    jobs: turn.state.jobs.set(lease.jobId, leased),
  });
  updatePool(turn, open.job.target.pool, (pool) => withoutQueued(pool, open));
  const device = turn.state.devices.get(lease.deviceSerial);
  if (device !== undefined)
    saveDevice(turn, leaseDevice(device, lease, open.job.artifact.digest, turn.state.nowMs));
}

/** The agent reported the lease's outcome. */
export function endLease(turn: Turn, active: ActiveLease, outcome: Outcome): void {
  const { lease, agentId } = active;
  recordAttempt(turn, closeLeaseWith(turn, active, outcome), { lease, agentId, outcome });
}

/** The lease is taken back. The caller decides what becomes of its job. */
export function voidLease(turn: Turn, active: ActiveLease): void {
  closeLease(turn, active, (device) => releaseDevice(device, turn.state.nowMs));
  turn.effects.push({ kind: 'stop-job', agentId: active.agentId, lease: active.lease });
}

/** The agent listed it. */
export function renewLease(turn: Turn, active: ActiveLease): void {
  deferExpiry(turn, active, turn.state.nowMs + leaseDurationMs);
}

/** The agent did not list it: it has a short while left, in which the result may still come. */
export function doubtLease(turn: Turn, active: ActiveLease): void {
  deferExpiry(turn, active, Math.min(active.expiresAtMs, turn.state.nowMs + missingLeaseGraceMs));
}

/** The coordinator stood still for `gapMs`, in which no lease could be renewed. */
export function extendLeases(turn: Turn, gapMs: number): void {
  const latestMs = turn.state.nowMs + leaseDurationMs;
  for (const active of turn.state.leases.values())
    deferExpiry(turn, active, Math.min(latestMs, active.expiresAtMs + gapMs));
}

/** Ends the leases whose time is over. */
export function expireLeases(turn: Turn): void {
  for (const active of turn.state.leases.values()) {
    if (active.expiresAtMs <= turn.state.nowMs) loseLease(turn, active);
  }
}

/** The agent was not heard for too long: its leases are void at once. */
export function loseLeasesOf(turn: Turn, agentId: string): void {
  for (const active of turn.state.leases.values()) {
    if (active.agentId === agentId) loseLease(turn, active);
  }
}

function loseLease(turn: Turn, active: ActiveLease): void {
  const fault = farmFault('agent-lost', `agent ${active.agentId} did not renew the lease`);
  countAttempt(turn, closeLeaseWith(turn, active, fault), active.lease, fault);
}

function closeLeaseWith(turn: Turn, active: ActiveLease, outcome: Outcome): OpenJob {
  const { lease } = active;
  const open = turn.state.jobs.get(lease.jobId);
  assert(open?.state.kind === 'leased', `job ${lease.jobId} is leased while its lease is current`);
  const attempt = { lease, targetKey: open.targetKey, digest: open.job.artifact.digest, outcome };
  closeLease(turn, active, (device) => judgeDevice(device, attempt, turn.state.nowMs));
  return open;
}

function deferExpiry(turn: Turn, active: ActiveLease, expiresAtMs: number): void {
  if (expiresAtMs !== active.expiresAtMs)
    update(turn, {
      leases: turn.state.leases.set(active.lease.deviceSerial, { ...active, expiresAtMs }),
    });
}

function closeLease(turn: Turn, active: ActiveLease, change: (device: Device) => Device): void {
  const { lease } = active;
  assert(
    currentLease(turn.state, lease) !== undefined,
    `lease ${lease.epoch} is current when it ends`,
  );
  update(turn, { leases: turn.state.leases.delete(lease.deviceSerial) });
  const device = turn.state.devices.get(lease.deviceSerial);
  if (device !== undefined) saveDevice(turn, change(device));
  settle(turn, active);
}

function charge(turn: Turn, open: OpenJob): number {
  const owner = turn.state.owners.get(open.ownerId);
  if (owner === undefined) return 0;
  let chargedMs = 0;
  updatePool(turn, open.job.target.pool, (pool) => {
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

function settle(turn: Turn, active: ActiveLease): void {
  const open = turn.state.jobs.get(active.lease.jobId);
  const owner = open === undefined ? undefined : turn.state.owners.get(open.ownerId);
  if (open === undefined || owner === undefined) return;
  const times = { chargedMs: active.chargedMs, actualMs: turn.state.nowMs - active.grantedAtMs };
  updatePool(turn, open.job.target.pool, (pool) => {
    const share = pool.shares.get(owner.priority);
    return share === undefined
      ? pool
      : withShare(pool, owner.priority, settleLease(share, owner.ownerId, owner.weight, times));
  });
}
