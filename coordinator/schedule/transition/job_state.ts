import {
  farmFault,
  isConclusive,
  type CandidateFault,
  type FarmFault,
} from '../../../common/fault';
import type { Lease, Outcome } from '../../../common/job';
import type { JobConclusion, OpenJob } from '../state/job';
import { largestAttempts, largestFarmFaults } from '../state/limits';
import { faultPolicy } from './fault_policy';

/** An attempt ends the job, or sends it back to its place in the queue. */
type StateAfterAttempt = { readonly kind: 'queued' } | JobConclusion;

/** What is known of the target when an attempt on it has ended. */
interface AttemptCircumstances {
  /** The target has a usable device that has not failed this job yet. */
  readonly alternative: boolean;
  /** The target's tools have shown on this device that they work. */
  readonly toolsProven: boolean;
}

/** What the job becomes after an attempt ended with `outcome`. */
export function stateAfterAttempt(
  open: OpenJob,
  lease: Lease,
  outcome: Outcome,
  circumstances: AttemptCircumstances,
): StateAfterAttempt {
  switch (outcome.kind) {
    case 'measured':
      return { kind: 'measured', lease };
    case 'candidate-fault':
      return afterCandidateFault(open, lease, outcome, circumstances);
    case 'farm-fault':
      return afterFarmFault(open, outcome);
  }
}

function afterFarmFault(open: OpenJob, fault: FarmFault): StateAfterAttempt {
  const counted = open.failedAttempts.filter(
    (attempt) =>
      attempt.fault.kind === 'farm-fault' && faultPolicy(attempt.fault.code).countsForJob,
  ).length;
  const farmFaults = counted + (faultPolicy(fault.code).countsForJob ? 1 : 0);
  const spent =
    farmFaults >= largestFarmFaults || open.failedAttempts.length + 1 >= largestAttempts;
  return spent ? { kind: 'abandoned', fault } : { kind: 'queued' };
}

/**
 * A runtime's verdict is believed at once; a crash when a second device repeats it, or the only device does. Where nothing
 * has run yet, a crash is as likely the tool's (libraries of different revisions end so): then it never teaches anything.
 */
function afterCandidateFault(
  open: OpenJob,
  lease: Lease,
  fault: CandidateFault,
  { alternative, toolsProven }: AttemptCircumstances,
): StateAfterAttempt {
  if (isConclusive(fault.code))
    return { kind: 'infeasible', refusedBy: { kind: 'runtime' }, fault };
  const same = open.failedAttempts.filter((attempt) => attempt.fault.code === fault.code);
  const elsewhere = same.some((attempt) => attempt.deviceSerial !== lease.deviceSerial);
  const repeated = elsewhere || (same.length > 0 && !alternative);
  if (repeated && toolsProven) return { kind: 'infeasible', refusedBy: { kind: 'runtime' }, fault };
  if (open.failedAttempts.length + 1 < largestFarmFaults) return { kind: 'queued' };
  const doubt =
    'no model has run there yet, so the tool may be to blame; measure one that is known to run';
  return { kind: 'abandoned', fault: farmFault('tool-failed', `${fault.message}; ${doubt}`) };
}
