import { answersPlan } from '../../common/job';
import type { Measurement } from '../../common/measurement';
import type { OpenJob } from './job';
import { withoutQueued } from './pool';
import type { SchedulerState } from './state';
import { endJob } from './submission';
import { updatePool, type Turn } from './turn';
import { twinsOf } from './twins';

/** A twin of the job is at work: its measurement may serve this one too, so this one waits. */
export function hasLeasedTwin(state: SchedulerState, open: OpenJob): boolean {
  return twinsOf(state.twins, open).some((jobId) => state.jobs.get(jobId)?.state.kind === 'leased');
}

/** The waiting jobs that the measurement of `measured` serves end with it. */
export function endTwins(turn: Turn, measured: OpenJob, measurement: Measurement): void {
  for (const jobId of twinsOf(turn.state.twins, measured)) {
    const twin = turn.state.jobs.get(jobId);
    if (twin?.state.kind !== 'queued' || !answersPlan(measurement, measured.job.plan, twin.job.plan)) continue;
    updatePool(turn, twin.job.target.pool, (pool) => withoutQueued(pool, twin));
    endJob(turn, twin, { kind: 'reused', jobId: measured.job.jobId });
  }
}
