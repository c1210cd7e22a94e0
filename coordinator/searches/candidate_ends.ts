import type { Measurement } from '../../common/measurement';
import type { JobUpdate } from '../engine/job_update';
import type { JobRecord, JobRecordState } from '../ledger/job_records';
import type { CandidateEnd } from '../../search/target_search';
import type { Finding } from './finding';
import { observedIn } from './observed';

/** What became of a candidate, with what stays in memory of its measurement. */
export type LaneEnd = Exclude<CandidateEnd, Measured> | (Measured & Finding);
type Measured = Extract<CandidateEnd, { readonly kind: 'measured' | 'reused' }>;

/** What the engine says of a job that has ended, in the search's words. */
export function endOfUpdate(
  update: Exclude<JobUpdate, { readonly kind: 'leased' | 'attempt-failed' }>,
): LaneEnd {
  if (update.kind === 'measured') return measuredEnd(update.measurement);
  if (update.kind === 'reused')
    return { kind: 'reused', fromJobId: update.fromJobId, ...observedIn(update.measurement) };
  return update.kind === 'infeasible'
    ? { kind: 'infeasible', violation: Infinity }
    : { kind: 'abandoned' };
}

/**
 * What the ledger says of it; undefined while the job is open, when its measurement is not there, and when it was on its way as its search
 * was stopped: that is no end of the candidate.
 */
export function endOfRecord(
  { state }: JobRecord,
  measurement: Measurement | undefined,
): LaneEnd | undefined {
  switch (state.kind) {
    case 'open':
      return undefined;
    case 'abandoned':
      return wasStopped(state) ? undefined : { kind: 'abandoned' };
    case 'infeasible':
      return { kind: 'infeasible', violation: Infinity };
    case 'excluded':
      return { kind: 'infeasible', violation: state.violation };
    case 'reused':
      return measurement && { kind: 'reused', fromJobId: state.jobId, ...observedIn(measurement) };
    case 'measured':
      return measurement && measuredEnd(measurement);
  }
}

/** Its search ended before it did: nobody's failure. An attempt that an agent stopped is made again, so this is no attempt's fault. */
export function wasStopped(state: JobRecordState): boolean {
  return state.kind === 'abandoned' && state.fault.code === 'stopped';
}

function measuredEnd(measurement: Measurement): LaneEnd {
  const { startedAtMs, finishedAtMs } = measurement;
  // A phone's clock can be set back meanwhile.
  return {
    kind: 'measured',
    ...observedIn(measurement),
    deviceMs: Math.max(0, finishedAtMs - startedAtMs),
  };
}
