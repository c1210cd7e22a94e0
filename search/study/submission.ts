import { isOver } from './phase';
import type { StudyJob } from './state';
import { update, type Turn } from './turn';

/** A job of the study goes to the engine. Should the study have ended while it was saved, the job does too. */
export function submit(turn: Turn, open: StudyJob): void {
  update(turn, { jobs: turn.study.jobs.set(open.job.jobId, open) });
  turn.effects.push({ kind: 'submit-job', job: open.job });
  if (isOver(turn.study.phase)) turn.effects.push({ kind: 'end-jobs' });
}
