import type { CandidateFault, FarmFault } from '../../common/fault';
import type { Lease } from '../../common/job';
import type { Measurement } from '../../common/measurement';

/** Who did, or tried, the work. */
export interface JobAttempt {
  readonly lease: Lease;
  readonly agentId: string;
}

/** What the owner of a job hears of it. Everything but `leased` is in the ledger before it is told. */
export type JobUpdate =
  | { readonly kind: 'leased'; readonly jobId: string; readonly lease: Lease }
  /** An attempt that did not end the job: it waits for another device. */
  | {
      readonly kind: 'attempt-failed';
      readonly jobId: string;
      readonly lease: Lease;
      readonly fault: CandidateFault | FarmFault;
    }
  | {
      readonly kind: 'measured';
      readonly jobId: string;
      readonly attempt: JobAttempt;
      readonly measurement: Measurement;
    }
  /** No device was asked: `fromJobId` measured the same model on the same target, and `attempt` is its. */
  | {
      readonly kind: 'reused';
      readonly jobId: string;
      readonly fromJobId: string;
      readonly attempt: JobAttempt;
      readonly measurement: Measurement;
    }
  /** `attempt` is the one that decided it; undefined where none did. */
  | {
      readonly kind: 'infeasible';
      readonly jobId: string;
      readonly attempt: JobAttempt | undefined;
      readonly fault: CandidateFault;
    }
  | {
      readonly kind: 'abandoned';
      readonly jobId: string;
      readonly attempt: JobAttempt | undefined;
      readonly fault: FarmFault;
    };

/** Called in the order in which things happened, and never again after the job's last word. Must not throw. */
export type JobListener = (update: JobUpdate) => void;
