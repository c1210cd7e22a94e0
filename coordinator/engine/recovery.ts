import type { Clock } from '../../platform/time/clock';
import type { JobRecord } from '../ledger/job_records';
import type { Ledger } from '../ledger/ledger';
import { leaseDurationMs } from '../schedule/state/limits';
import type { DeviceRegister } from './device_register';
import { abandonedEntry, type Engine } from './engine';

interface RecoveryParts {
  readonly engine: Pick<Engine, 'dispatch' | 'nowMs'>;
  readonly ledger: Pick<Ledger, 'searches' | 'jobs'>;
  readonly devices: Pick<DeviceRegister, 'all'>;
  readonly clock: Clock;
}

/** Time for the agents to find us again: what they held before would have expired by then. */
const recoveryMs = leaseDurationMs;

/**
 * Tells a fresh engine what the ledger knows: the devices, absent until their agents attach, and the jobs that some
 * search still wants. Must be done before the first result is handled. Returns the number of jobs.
 */
export async function recoverFromLedger(parts: RecoveryParts): Promise<number> {
  const atMs = parts.clock.nowMs();
  for (const { agentId, description, drained } of parts.devices.all()) {
    const deviceSerial = description.serial;
    parts.engine.dispatch({ kind: 'device-attached', agentId, device: description });
    if (drained) parts.engine.dispatch({ kind: 'device-drained', deviceSerial });
    parts.engine.dispatch({
      kind: 'device-detached',
      agentId,
      deviceSerial,
      reason: 'the coordinator was restarted',
    });
  }
  const searches = await parts.ledger.searches.all();
  const living = new Set(
    searches
      .filter(({ state }) => state === 'running' || state === 'paused')
      .map(({ searchId }) => searchId),
  );
  const open = await parts.ledger.jobs.find({ open: true });
  // The client of a benchmark left with the process that served it.
  await parts.ledger.jobs.commit(
    open
      .filter(({ ownerId }) => !living.has(ownerId))
      .map(({ job }) => abandonedEntry(job.jobId, atMs)),
  );
  const wanted = open.filter(({ ownerId }) => living.has(ownerId));
  for (const record of wanted) submit(parts, record);
  return wanted.length;
}

/** Just before agents can attach: nothing is granted until those that may still run a job have said so. */
export function awaitAgents(parts: RecoveryParts, openJobs: number): void {
  if (openJobs === 0) return;
  const expectedAgentIds = [...new Set([...parts.devices.all()].map(({ agentId }) => agentId))];
  parts.engine.dispatch({
    kind: 'recovery-started',
    expectedAgentIds,
    untilMs: parts.engine.nowMs() + recoveryMs,
  });
}

function submit(parts: RecoveryParts, { job, ownerId, priority, weight }: JobRecord): void {
  parts.engine.dispatch({ kind: 'job-submitted', job, owner: { ownerId, priority, weight } });
}
