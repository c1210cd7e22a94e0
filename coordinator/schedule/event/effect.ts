import type { Artifact } from '../../../common/artifact';
import type { Job, Lease, Outcome } from '../../../common/job';
import type { JobConclusion } from '../state/job';

/** What the world must do now. Performing an effect twice, or dying before it, must be harmless. */
export type SchedulerEffect =
  | { readonly kind: 'run-job'; readonly agentId: string; readonly job: Job; readonly lease: Lease }
  | { readonly kind: 'stop-job'; readonly agentId: string; readonly lease: Lease }
  | { readonly kind: 'prefetch-artifact'; readonly agentId: string; readonly artifact: Artifact }
  /** The agent was given up: its stream, should there be one still, ends, so that it attaches again and says all it has. */
  | { readonly kind: 'end-agent'; readonly agentId: string }
  /**
   * A result counts: to the ledger, before the message that brought it is acknowledged. Only for what agents reported: a
   * lease that expired leaves its key free, since after a restart its late result may still be the first to count.
   */
  | {
      readonly kind: 'record-attempt';
      readonly lease: Lease;
      readonly agentId: string;
      readonly outcome: Outcome;
    }
  /** A late or repeated result, or one that its lease's agent did not make: acknowledge and forget. */
  | {
      readonly kind: 'discard-result';
      readonly lease: Lease;
      readonly cause: 'stale' | 'forged';
      readonly reason: string;
    }
  /** The job's final word: the ledger keeps it and the owner is told. */
  | {
      readonly kind: 'job-ended';
      readonly ownerId: string;
      readonly jobId: string;
      readonly end: JobConclusion;
    };
