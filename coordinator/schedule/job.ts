import { farmFault, isConclusive, type CandidateFault, type FarmFault } from '../../common/fault';
import type { Job, Lease, Outcome } from '../../common/job';
import type { JobEnd } from './effect';
import { faultPolicy } from './fault_policy';
import { largestAttempts, largestFarmFaults } from './limits';

type JobState =
  { readonly kind: 'queued' } | { readonly kind: 'leased'; readonly lease: Lease } | JobEnd;

export type OpenJobState = Extract<JobState, { readonly kind: 'queued' | 'leased' }>;

export interface FailedAttempt {
  readonly deviceSerial: string;
  readonly fault: CandidateFault | FarmFault;
}

/** A job without its final word. Ended jobs leave the state; only their ids are remembered for a while. */
export interface OpenJob {
  readonly job: Job;
  readonly targetKey: string;
  readonly ownerId: string;
  /** The owner's own count of submissions: first come, first served within an owner. */
  readonly sequence: number;
  readonly failedAttempts: readonly FailedAttempt[];
  /** Results with this epoch or an older one are void. 0 until something was granted or heard in this incarnation. */
  readonly fence: number;
  readonly state: OpenJobState;
}

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
): Exclude<JobState, { readonly kind: 'leased' }> {
  switch (outcome.kind) {
    case 'measured':
      return { kind: 'measured', lease };
    case 'candidate-fault':
      return afterCandidateFault(open, lease, outcome, circumstances);
    case 'farm-fault':
      return afterFarmFault(open, outcome);
  }
}

function afterFarmFault(
  open: OpenJob,
  fault: FarmFault,
): Exclude<JobState, { readonly kind: 'leased' }> {
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
): Exclude<JobState, { readonly kind: 'leased' }> {
  if (isConclusive(fault.code)) return { kind: 'infeasible', fault };
  const same = open.failedAttempts.filter((attempt) => attempt.fault.code === fault.code);
  const elsewhere = same.some((attempt) => attempt.deviceSerial !== lease.deviceSerial);
  const repeated = elsewhere || (same.length > 0 && !alternative);
  if (repeated && toolsProven) return { kind: 'infeasible', fault };
  if (open.failedAttempts.length + 1 < largestFarmFaults) return { kind: 'queued' };
  const doubt =
    'no model has run there yet, so the tool may be to blame; measure one that is known to run';
  return { kind: 'abandoned', fault: farmFault('tool-failed', `${fault.message}; ${doubt}`) };
}
