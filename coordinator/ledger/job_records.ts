import type { Job, JobResult } from '../../common/job';
import type { TrialEnd } from '../../common/trial';

/** As much of a measurement as names it. */
interface MeasurementName {
  readonly deviceSerial: string;
  readonly epoch: number;
}

export type JobRecordState = { readonly kind: 'open' } | TrialEnd<MeasurementName, unknown>;

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
