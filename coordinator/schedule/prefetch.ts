import { isUsable, openTargets, saveDevice } from './device_index';
import type { Device } from './device';
import type { OpenJob } from './job';
import { lookAheadJobs } from './limits';
import { addRecent, includesRecent } from './recent_set';
import { update, type Turn } from './turn';

/** Sends the first artifact that the agent lacks ahead, on account of the lease that the device just got. */
export function prefetchAhead(turn: Turn, serial: string, candidates: Iterable<OpenJob>): void {
  const device = turn.state.devices.get(serial);
  if (device === undefined) return;
  let looks = 0;
  for (const open of candidates) {
    if (prefetch(turn, device, open)) return;
    looks += 1;
    if (looks >= lookAheadJobs) return;
  }
}

/** A job has joined a short queue: it is next for some busy device that nothing was sent ahead for. */
export function prefetchForQueued(turn: Turn, jobId: string): void {
  const open = turn.state.jobs.get(jobId);
  const pool = open === undefined ? undefined : turn.state.pools.get(open.job.target.pool);
  if (open?.state.kind !== 'queued' || pool === undefined || pool.queuedJobs > pool.serials.size)
    return;
  for (const serial of pool.serials) {
    const device = turn.state.devices.get(serial);
    if (
      device !== undefined &&
      openTargets(device).includes(open.targetKey) &&
      prefetch(turn, device, open)
    )
      return;
  }
}

/** @returns whether the artifact was sent: one ahead per busy device, and no artifact twice to one agent. */
function prefetch(turn: Turn, device: Device, open: OpenJob): boolean {
  const agent = turn.state.agents.get(device.agentId);
  const { artifact } = open.job;
  if (device.state.kind !== 'leased' || device.state.prefetchedDigest !== null || !isUsable(device))
    return false;
  if (agent?.state.kind !== 'attached' || includesRecent(agent.artifacts, artifact.digest))
    return false;
  saveDevice(turn, { ...device, state: { ...device.state, prefetchedDigest: artifact.digest } });
  update(turn, {
    agents: turn.state.agents.set(agent.agentId, {
      ...agent,
      artifacts: addRecent(agent.artifacts, artifact.digest),
    }),
  });
  turn.effects.push({ kind: 'prefetch-artifact', agentId: agent.agentId, artifact });
  return true;
}
