import type { Measurement } from '../../common/measurement';
import type { TrialEnd } from '../../common/trial';
import type { Evidence } from '../../search/study/evidence';
import { keptEnd } from '../../search/study/evidence';
import type { StudyEvent } from '../../search/study/event';
import type { JobUpdate } from '../engine/job_update';
import type { JobRecord, JobRecordState } from '../ledger/job_records';

/** What the engine says of a job, as its study hears it. */
export function eventOfUpdate(update: JobUpdate): StudyEvent {
  const { jobId } = update;
  switch (update.kind) {
    case 'leased':
      return { kind: 'job-leased', jobId, lease: update.lease };
    case 'attempt-failed':
      return { kind: 'job-requeued', jobId };
    default:
      return { kind: 'job-ended', jobId, end: keptEnd(jobId, update) };
  }
}

/** What the ledger says of a job; undefined while it is open. */
export function endOfRecord(
  { job: { jobId }, state }: JobRecord,
  measurement: Measurement | undefined,
): TrialEnd<Evidence> | undefined {
  switch (state.kind) {
    case 'open':
      return undefined;
    case 'abandoned':
    case 'infeasible':
      return state;
    case 'reused':
      return measurement && keptEnd(jobId, { ...state, measurement });
    case 'measured':
      return measurement && keptEnd(jobId, { kind: 'measured', measurement });
  }
}

/** Its search ended before it did: nobody's failure. An attempt that an agent stopped is made again, so this is no attempt's fault. */
export function wasStopped(state: JobRecordState): boolean {
  return state.kind === 'abandoned' && state.fault.code === 'stopped';
}
