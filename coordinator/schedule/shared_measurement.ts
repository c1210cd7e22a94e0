import { answersPlan } from '../../common/job';
import type { MeasuredAttempt } from './effect';
import type { OpenJob } from './job';
import { justMeasuredMs } from './limits';
import { withoutQueued } from './pool';
import type { SchedulerState } from './state';
import { endJob } from './submission';
import { update, updatePool, type Turn } from './turn';
import { twinKeyOf, twinsOf } from './twins';

/** A twin of the job is at work: its measurement may serve this one too, so this one waits. */
export function hasLeasedTwin(state: SchedulerState, open: OpenJob): boolean {
  return twinsOf(state.twins, open).some((jobId) => state.jobs.get(jobId)?.state.kind === 'leased');
}

/** The waiting jobs that the measurement serves end with it, and so do those that are submitted in this moment. */
export function shareMeasurement(
  turn: Turn,
  { job, targetKey }: Pick<OpenJob, 'job' | 'targetKey'>,
  from: MeasuredAttempt,
): void {
  const key = twinKeyOf({ job, targetKey });
  if (key === undefined) return;
  const measured = { plan: job.plan, from, atMs: turn.state.nowMs };
  update(turn, { justMeasured: turn.state.justMeasured.set(key, measured) });
  for (const jobId of twinsOf(turn.state.twins, { job, targetKey })) reuseJustMeasured(turn, jobId);
}

/** Ends a job that waits, if what was just measured is what it asks for. */
export function reuseJustMeasured(turn: Turn, jobId: string): void {
  const open = turn.state.jobs.get(jobId);
  const key = open === undefined ? undefined : twinKeyOf(open);
  const measured = key === undefined ? undefined : turn.state.justMeasured.get(key);
  if (open?.state.kind !== 'queued' || measured === undefined) return;
  const isFresh = turn.state.nowMs - measured.atMs <= justMeasuredMs;
  if (!isFresh || !answersPlan(measured.from.measurement, measured.plan, open.job.plan)) return;
  updatePool(turn, open.job.target.pool, (pool) => withoutQueued(pool, open));
  endJob(turn, open, { kind: 'reused', from: measured.from });
}

export function forgetMeasured(turn: Turn): void {
  const { nowMs, justMeasured } = turn.state;
  if (justMeasured.size > 0)
    update(turn, {
      justMeasured: justMeasured.filter(({ atMs }) => nowMs - atMs <= justMeasuredMs),
    });
}
