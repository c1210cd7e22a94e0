import { isAttached } from '../state/agent';
import { isUsable, openTargets, type FleetDevice } from '../state/device';
import type { OpenJob } from '../state/job';
import { lookAheadJobs } from '../state/limits';
import { addRecent, includesRecent } from '../state/recent_set';
import { saveDevice } from './device_index';
import { update, type Draft } from './draft';

/** Sends the first artifact that the agent lacks ahead, on account of the lease that the device just got. */
export function prefetchAhead(draft: Draft, serial: string, candidates: Iterable<OpenJob>): void {
  const device = draft.state.devices.get(serial);
  if (device === undefined) return;
  let looks = 0;
  for (const open of candidates) {
    if (prefetch(draft, device, open)) return;
    looks += 1;
    if (looks >= lookAheadJobs) return;
  }
}

/** A job has joined a short queue: it is next for some busy device that nothing was sent ahead for. */
export function prefetchForQueued(draft: Draft, jobId: string): void {
  const open = draft.state.jobs.get(jobId);
  const pool = open === undefined ? undefined : draft.state.pools.get(open.job.target.pool);
  if (open?.state.kind !== 'queued' || pool === undefined || pool.queuedJobs > pool.serials.size)
    return;
  for (const serial of pool.serials) {
    const device = draft.state.devices.get(serial);
    if (
      device !== undefined &&
      openTargets(device).includes(open.targetKey) &&
      prefetch(draft, device, open)
    )
      return;
  }
}

/** @returns whether the artifact was sent: one ahead per busy device, and no artifact twice to one agent. */
function prefetch(draft: Draft, device: FleetDevice, open: OpenJob): boolean {
  const agent = draft.state.agents.get(device.agentId);
  const { artifact } = open.job;
  if (device.state.kind !== 'leased' || device.state.prefetchedDigest !== null || !isUsable(device))
    return false;
  if (!isAttached(agent) || includesRecent(agent.artifacts, artifact.digest)) return false;
  saveDevice(draft, { ...device, state: { ...device.state, prefetchedDigest: artifact.digest } });
  update(draft, {
    agents: draft.state.agents.set(agent.agentId, {
      ...agent,
      artifacts: addRecent(agent.artifacts, artifact.digest),
    }),
  });
  draft.effects.push({ kind: 'prefetch-artifact', agentId: agent.agentId, artifact });
  return true;
}
