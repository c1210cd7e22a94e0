import type { JobEnding, JobRecord } from './job_records';

/** An architecture that a search proposed for a target. `sequence` is the order of proposal within search and target. */
export interface CandidateRecord {
  readonly searchId: string;
  readonly target: string;
  readonly sequence: number;
  readonly architecture: string;
  /** The job that measures it; jobs of one architecture and target within a search are one. */
  readonly jobId: string;
}

/** The networks of each search that became a model. */
export interface CandidateRecords {
  /** Candidate and job together, with the job's end if it has ended already; a candidate that is there already changes nothing. */
  save(candidate: CandidateRecord, job: JobRecord, ending?: JobEnding): Promise<void>;
  /** In the order of proposal, for each target. */
  of(searchId: string): Promise<readonly CandidateRecord[]>;
}
