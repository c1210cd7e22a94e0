import type { Measurement } from '../../common/measurement';
import type { JobUpdate } from '../engine/job_update';
import type { JobRecord } from '../ledger/ledger';
import type { CandidateEnd } from '../search/target_search';
import { observedIn } from './observed';

/** What the engine says of a job that has ended, in the search's words. */
export function endOfUpdate(update: Exclude<JobUpdate, { readonly kind: 'leased' | 'attempt-failed' }>): CandidateEnd {
  if (update.kind === 'measured') return measuredEnd(update.measurement);
  if (update.kind === 'reused') return { kind: 'reused', fromJobId: update.fromJobId, ...observedIn(update.measurement) };
  return update.kind === 'infeasible' ? { kind: 'infeasible', violation: Infinity } : { kind: 'abandoned' };
}

/** What the ledger says of it; undefined while the job is open, or its measurement is not there. */
export function endOfRecord({ state }: JobRecord, measurement: Measurement | undefined): CandidateEnd | undefined {
  switch (state.kind) {
    case 'open':
      return undefined;
    case 'abandoned':
      return { kind: 'abandoned' };
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

function measuredEnd(measurement: Measurement): CandidateEnd {
  const { startedAtMs, finishedAtMs } = measurement;
  // A phone's clock can be set back meanwhile.
  return { kind: 'measured', ...observedIn(measurement), deviceMs: Math.max(0, finishedAtMs - startedAtMs) };
}
