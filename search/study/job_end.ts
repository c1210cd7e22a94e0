import { confirmationEnded, confirmationSaved } from './confirming';
import type { JobEnded, Remeasurement } from './event';
import { ownJobEnded, secondLookEnded, secondLookRound } from './second_look';
import { submit } from './submission';
import { update, type Turn } from './turn';

/** One of the study's jobs has ended. What is told twice, or of a job that is not the study's, changes nothing. */
export function jobEnded(turn: Turn, { jobId, end }: JobEnded): void {
  const job = turn.study.jobs.get(jobId);
  if (job === undefined) return;
  update(turn, { jobs: turn.study.jobs.delete(jobId) });
  const { purpose } = job;
  switch (purpose.kind) {
    case 'trial':
      ownJobEnded(turn, job, end);
      return;
    case 'second-look':
      secondLookEnded(turn, job, end);
      return;
    case 'confirmation':
      confirmationEnded(turn, { ...job, round: purpose.round }, end);
      return;
  }
}

/** A job that measures again is in the ledger, and from now on the engine's. */
export function remeasurementSaved(turn: Turn, remeasurement: Remeasurement): void {
  const { target, architecture, round, job } = remeasurement;
  if (round === secondLookRound) {
    submit(turn, { job, target, architecture, purpose: { kind: 'second-look' } });
    return;
  }
  confirmationSaved(turn, target, { architecture, round, jobId: job.jobId });
  submit(turn, { job, target, architecture, purpose: { kind: 'confirmation', round } });
}
