import { isConclusive, type CandidateFault, type FarmFault } from '../../common/fault';
import type { Job, Lease, Outcome } from '../../common/job';
import type { JobEnd } from './effect';
import { faultPolicy } from './fault_policy';
import { largestAttempts, largestFarmFaults } from './limits';

export type JobState = { readonly kind: 'queued' } | { readonly kind: 'leased'; readonly lease: Lease } | JobEnd;

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

/**
 * What the job becomes after an attempt ended with `outcome`.
 * @param alternative whether the target has a usable device that has not failed this job yet
 */
export function stateAfterAttempt(open: OpenJob, lease: Lease, outcome: Outcome, alternative: boolean): Exclude<JobState, { readonly kind: 'leased' }> {
  if (outcome.kind === 'measured') return { kind: 'measured', lease };
  if (outcome.kind === 'candidate-fault') return isInfeasible(open, lease, outcome, alternative) ? { kind: 'infeasible', fault: outcome } : { kind: 'queued' };
  const counted = open.failedAttempts.filter((attempt) => attempt.fault.kind === 'farm-fault' && faultPolicy(attempt.fault.code).countsForJob).length;
  const farmFaults = counted + (faultPolicy(outcome.code).countsForJob ? 1 : 0);
  const spent = farmFaults >= largestFarmFaults || open.failedAttempts.length + 1 >= largestAttempts;
  return spent ? { kind: 'abandoned', fault: outcome } : { kind: 'queued' };
}

/** A runtime's verdict is believed at once; a crash when a second device repeats it, or the only device does. */
function isInfeasible(open: OpenJob, lease: Lease, fault: CandidateFault, alternative: boolean): boolean {
  if (isConclusive(fault.code)) return true;
  const same = open.failedAttempts.filter((attempt) => attempt.fault.code === fault.code);
  const elsewhere = same.some((attempt) => attempt.deviceSerial !== lease.deviceSerial);
  return elsewhere || (same.length > 0 && !alternative);
}
