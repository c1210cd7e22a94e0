import { answersPlan } from '../../../common/job';
import { measurementKeyOf, duplicatesOf } from '../state/duplicate_jobs';
import type { MeasuredAttempt, OpenJob } from '../state/job';
import { justMeasuredMs } from '../state/limits';
import { withoutQueued } from '../state/pool';
import type { SchedulerState } from '../state/scheduler_state';
import { update, updatePool, type Draft } from './draft';
import { endJob } from './submission';

/** A duplicate of the job is at work: its measurement may serve this one too, so this one waits. */
export function hasLeasedDuplicate(state: SchedulerState, open: OpenJob): boolean {
  return duplicatesOf(state.duplicates, open).some(
    (jobId) => state.jobs.get(jobId)?.state.kind === 'leased',
  );
}

/** The waiting jobs that the measurement serves end with it, and so do those that are submitted in this moment. */
export function shareMeasurement(
  draft: Draft,
  { job, targetKey }: Pick<OpenJob, 'job' | 'targetKey'>,
  from: MeasuredAttempt,
): void {
  const key = measurementKeyOf({ job, targetKey });
  if (key === undefined) return;
  const measured = { plan: job.plan, from, atMs: draft.state.nowMs };
  update(draft, { justMeasured: draft.state.justMeasured.set(key, measured) });
  for (const jobId of duplicatesOf(draft.state.duplicates, { job, targetKey }))
    reuseJustMeasured(draft, jobId);
}

/** Ends a job that waits, if what was just measured is what it asks for. */
export function reuseJustMeasured(draft: Draft, jobId: string): void {
  const open = draft.state.jobs.get(jobId);
  const key = open === undefined ? undefined : measurementKeyOf(open);
  const measured = key === undefined ? undefined : draft.state.justMeasured.get(key);
  if (open?.state.kind !== 'queued' || measured === undefined) return;
  const isFresh = draft.state.nowMs - measured.atMs <= justMeasuredMs;
  if (!isFresh || !answersPlan(measured.from.measurement, measured.plan, open.job.plan)) return;
  updatePool(draft, open.job.target.pool, (pool) => withoutQueued(pool, open));
  endJob(draft, open, {
    kind: 'reused',
    fromJobId: measured.from.lease.jobId,
    from: measured.from,
  });
}

export function forgetMeasured(draft: Draft): void {
  const { nowMs, justMeasured } = draft.state;
  if (justMeasured.size > 0)
    update(draft, {
      justMeasured: justMeasured.filter(({ atMs }) => nowMs - atMs <= justMeasuredMs),
    });
}
