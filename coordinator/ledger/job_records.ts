import type { CandidateFault, FarmFault } from '../../common/fault';
import type { Job, JobResult } from '../../common/job';

export type JobRecordState =
  | { readonly kind: 'open' }
  | { readonly kind: 'measured'; readonly deviceSerial: string; readonly epoch: number }
  /** Not run: the measurement of an earlier job, for the same model under the same conditions, counts for it too. */
  | { readonly kind: 'reused'; readonly jobId: string }
  | { readonly kind: 'infeasible'; readonly fault: CandidateFault }
  /** Not run: it breaks limits that show when it is built, by `violation` (the sum of the excesses, relative to the limits). */
  | { readonly kind: 'excluded'; readonly fault: CandidateFault; readonly violation: number }
  | { readonly kind: 'abandoned'; readonly fault: FarmFault };

export interface JobRecord {
  readonly job: Job;
  readonly ownerId: string;
  readonly priority: number;
  readonly weight: number;
  readonly state: JobRecordState;
  /** Order in which jobs ended, over the whole ledger: a search is replayed in it. Null while open. */
  readonly endedSequence: number | null;
}

/** How a job ended that never was on a device. */
export interface JobEnding {
  readonly state: Exclude<JobRecordState, { readonly kind: 'open' | 'measured' }>;
  readonly atMs: number;
}

/** What one batch of scheduler effects asks to keep: all of it in one transaction, or nothing. */
export type LedgerEntry =
  | { readonly kind: 'attempt'; readonly result: JobResult; readonly atMs: number }
  | {
      readonly kind: 'job-ended';
      readonly jobId: string;
      readonly state: JobRecordState;
      readonly atMs: number;
    };

/** What was asked to be measured, and what became of it. */
export interface JobRecords {
  save(job: JobRecord): Promise<void>;
  /** In the order in which they ended, open ones last. */
  find(filter: {
    readonly ownerId?: string;
    readonly open?: boolean;
  }): Promise<readonly JobRecord[]>;
  commit(entries: readonly LedgerEntry[]): Promise<void>;
}
