import type { CandidateFault, FarmFault } from '../../common/fault';
import type { Lease } from '../../common/job';
import type { Measurement } from '../../common/measurement';
import type { TrialEnd } from '../../common/trial';

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
  /** `attempt` is the one that decided it, or that made the measurement that is reused; undefined where none did. */
  | ({
      readonly jobId: string;
      readonly attempt: JobAttempt | undefined;
    } & TrialEnd<{ readonly measurement: Measurement }>);

/** Called in the order in which things happened, and never again after the job's last word. Must not throw. */
export type JobListener = (update: JobUpdate) => void;
