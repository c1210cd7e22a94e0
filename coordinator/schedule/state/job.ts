import type { CandidateFault, FarmFault } from '../../../common/fault';
import type { Job, Lease } from '../../../common/job';
import type { Measurement } from '../../../common/measurement';
import type { TrialEnd } from '../../../common/trial';

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

export type OpenJobState =
  { readonly kind: 'queued' } | { readonly kind: 'leased'; readonly lease: Lease };

/** An attempt that brought a measurement. */
export interface MeasuredAttempt {
  readonly lease: Lease;
  readonly agentId: string;
  readonly measurement: Measurement;
}

export type JobConclusion = TrialEnd<{ readonly lease: Lease }, { readonly from: MeasuredAttempt }>;
