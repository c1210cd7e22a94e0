import type { JobRecord } from './job_records';

/** A member of a search's front on a target that is measured again. `sequence` is the order in which that is asked for, within search and target. */
export interface ConfirmationRecord {
  readonly searchId: string;
  readonly target: string;
  readonly sequence: number;
  readonly architecture: string;
  /** Counts the measurements made again of one architecture from 1. */
  readonly round: number;
  readonly jobId: string;
}

/** What each search measures a second time; no candidates of it. */
export interface ConfirmationRecords {
  /** Confirmation and job together; a confirmation that is there already changes nothing. @throws when its place is taken by another */
  save(confirmation: ConfirmationRecord, job: JobRecord): Promise<void>;
  /** In their order, for each target. */
  of(searchId: string): Promise<readonly ConfirmationRecord[]>;
}
