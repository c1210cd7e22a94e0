import type { Job, JobResult, Lease, Outcome } from '../../common/job';

/** What the engine tells the metrics. Times are milliseconds since the epoch. */
export interface FarmObserver {
  jobSubmitted(jobId: string, atMs: number): void;
  /** A command went out. */
  jobSent(sent: { readonly job: Job; readonly lease: Lease; readonly atMs: number }): void;
  attemptRecorded(attempt: {
    readonly lease: Lease;
    readonly outcome: Outcome;
    readonly atMs: number;
  }): void;
  /** With an outcome or without one. */
  jobEnded(jobId: string): void;
  /** Nothing came of it: late or repeated, or from somebody who does not hold the lease. */
  resultDiscarded(cause: 'stale' | 'forged'): void;
  /** The lease's own agent reported what cannot have happened. */
  resultImplausible(): void;
  /** A batch is in the ledger and its effects are performed. */
  resultsHandled(results: readonly JobResult[], durationMs: number): void;
}
