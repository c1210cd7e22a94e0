import { lookAheadJobs, lookAheadSubmissions } from '../../../coordinator/schedule/state/limits';
import type { FleetDevice } from '../../../coordinator/schedule/state/device';
import type { OpenJob } from '../../../coordinator/schedule/state/job';
import type { SchedulerState } from '../../../coordinator/schedule/state/scheduler_state';

/** The rule of matching as one scan over everything, without any index. */
export function chooseByScan(state: SchedulerState, device: FleetDevice): string | undefined {
  const { serial, pool } = device.description;
  const priorityOf = (open: OpenJob): number => state.owners.get(open.ownerId)!.priority;
  const tagOf = (open: OpenJob): number =>
    state.pools.get(pool)!.shares.get(priorityOf(open))!.accounts.get(open.ownerId)!.tagMs;
  const waiting = [...state.jobs.values()].filter(
    (open) =>
      open.state.kind === 'queued' &&
      device.targetKeys.includes(open.targetKey) &&
      mayTry(device, open) &&
      state.owners.get(open.ownerId)?.state.kind === 'active',
  );
  const ownerIds = [
    ...new Set(
      waiting
        .toSorted(
          (a, b) =>
            priorityOf(b) - priorityOf(a) ||
            tagOf(a) - tagOf(b) ||
            (a.ownerId < b.ownerId ? -1 : 1),
        )
        .map((open) => open.ownerId),
    ),
  ];
  for (const ownerId of ownerIds) {
    const own = waiting
      .filter((open) => open.ownerId === ownerId)
      .sort((a, b) => a.sequence - b.sequence);
    const possible = own.slice(0, lookAheadJobs).filter((open) => {
      const failed = open.failedAttempts.map((attempt) => attempt.deviceSerial);
      return (
        !sameModelRuns(state, open) &&
        (!failed.includes(serial) || !someOtherDevice(state, open, failed))
      );
    });
    const [first] = possible;
    if (first === undefined) continue;
    const near = possible.filter((open) => open.sequence <= first.sequence + lookAheadSubmissions);
    const agent = state.agents.get(device.agentId)!;
    const held = near.find((open) => device.recentArtifacts.includes(open.job.artifact.digest));
    const cached = near.find(
      (open) =>
        agent.artifacts.newer.has(open.job.artifact.digest) ||
        agent.artifacts.older.has(open.job.artifact.digest),
    );
    return (held ?? cached ?? first).job.jobId;
  }
  return undefined;
}

function someOtherDevice(state: SchedulerState, open: OpenJob, failed: readonly string[]): boolean {
  return state.devices.some((device) => {
    const free = device.state.kind === 'leased' ? device.state.afterwards : device.state;
    return (
      !failed.includes(device.description.serial) &&
      device.targetKeys.includes(open.targetKey) &&
      (free.kind === 'idle' || free.kind === 'cooling') &&
      device.troubles.get(open.targetKey)?.kind !== 'quarantined'
    );
  });
}

function mayTry(device: FleetDevice, open: OpenJob): boolean {
  return !['resting', 'quarantined'].includes(device.troubles.get(open.targetKey)?.kind ?? 'none');
}

function sameModelRuns(state: SchedulerState, open: OpenJob): boolean {
  return state.jobs.some(
    (other) =>
      other !== open &&
      other.state.kind === 'leased' &&
      other.targetKey === open.targetKey &&
      other.job.artifact.digest === open.job.artifact.digest,
  );
}
