import type { JobRecordState } from './job_records';

/** An architecture that an outside searcher proposed for a target, before there is a candidate of it; `sequence` is to be the candidate's. */
export interface ProposalRecord {
  readonly searchId: string;
  readonly target: string;
  readonly sequence: number;
  readonly architecture: string;
}

/** `waiting`: there is no candidate of it yet. What could not be built is `abandoned`. */
export type ProposalState = 'waiting' | JobRecordState['kind'];

/** How one proposal of a search on one target ended. */
export interface EndRecord {
  readonly sequence: number;
  readonly architecture: string;
  /** Its place in the order of all ends of the ledger. */
  readonly endedSequence: number;
  /** `unbuilt`: no model could be made of it, so there never was a job. */
  readonly state:
    | { readonly kind: 'unbuilt' }
    | {
        readonly kind: 'ended';
        readonly jobId: string;
        readonly job: Exclude<JobRecordState, { readonly kind: 'open' }>;
      };
}

/** Where to go on reading the ends of a search's target. */
export interface EndsAfter {
  readonly searchId: string;
  readonly target: string;
  /** An `endedSequence`; 0: from the first. */
  readonly after: number;
}

/** What outside searchers proposed, and what they are to hear of it. */
export interface ProposalRecords {
  /** All or none. @throws when a sequence or an architecture is taken by another proposal */
  save(proposals: readonly ProposalRecord[]): Promise<void>;
  /** The model of a proposal cannot be built; changes nothing where there is a candidate. */
  abandon(proposal: ProposalRecord): Promise<void>;
  /** In the order of proposal, for each target; those of some architectures on one target, or all. */
  of(
    searchId: string,
    only?: { readonly target: string; readonly architectures: readonly string[] },
  ): Promise<readonly (ProposalRecord & { readonly state: ProposalState })[]>;
  /** In the order in which they ended, at most `limit`. */
  ends(from: EndsAfter, limit: number): Promise<readonly EndRecord[]>;
}
