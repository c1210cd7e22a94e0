import type { Artifact } from '../../common/artifact';
import type { DeviceDescription } from '../../common/device';
import type { CandidateFault, FarmFault } from '../../common/fault';
import type { BenchmarkPlan, Job, JobResult } from '../../common/job';
import type { Measurement } from '../../common/measurement';

export type SearchState = 'running' | 'paused' | 'stopped' | 'finished';

/** A clock that runs while its search does. */
export interface WallTime {
  /** Until it last stopped or started. */
  readonly ranMs: number;
  /** Null while the search does not run. */
  readonly runningSinceMs: number | null;
}

/** What was added to the budget of each target of a search. The id is its maker's, so that adding it twice adds it once. */
export interface SearchExtension {
  readonly extensionId: string;
  readonly measurements: number;
  readonly phoneMinutes: number;
  readonly wallMinutes: number;
}

export interface SearchRecord {
  readonly searchId: string;
  readonly name: string;
  readonly state: SearchState;
  /** The YAML text as the user gave it: the search is rebuilt from it after a restart. */
  readonly specYaml: string;
  readonly createdAtMs: number;
  readonly wall: WallTime;
}

/** An architecture that a search proposed for a target. `sequence` is the order of proposal within search and target. */
export interface CandidateRecord {
  readonly searchId: string;
  readonly target: string;
  readonly sequence: number;
  readonly architecture: string;
  /** The job that measures it; jobs of one architecture and target within a search are one. */
  readonly jobId: string;
}

/** An architecture that an outside searcher proposed for a target, before there is a candidate of it; `sequence` is to be the candidate's. */
export interface ProposalRecord {
  readonly searchId: string;
  readonly target: string;
  readonly sequence: number;
  readonly architecture: string;
}

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

/** `waiting`: there is no candidate of it yet. What could not be built is `abandoned`. */
export type ProposalState = 'waiting' | Exclude<JobState['kind'], 'excluded'>;

export type JobState =
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
  readonly state: JobState;
  /** Order in which jobs ended, over the whole ledger: a search is replayed in it. Null while open. */
  readonly endedSequence: number | null;
}

export interface DeviceRecord {
  readonly description: DeviceDescription;
  readonly agentId: string;
  readonly lastSeenAtMs: number;
  readonly drained: boolean;
}

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
        readonly job: Exclude<JobState, { readonly kind: 'open' }>;
      };
}

/** Where to go on reading the ends of a search's target. */
export interface EndsAfter {
  readonly searchId: string;
  readonly target: string;
  /** An `endedSequence`; 0: from the first. */
  readonly after: number;
}

/** How a job ended that never was on a device. */
export interface JobEnding {
  readonly state: Exclude<JobState, { readonly kind: 'open' | 'measured' }>;
  readonly atMs: number;
}

/** A measurement that was made once, with what it was asked for. */
export interface EarlierMeasurement {
  readonly jobId: string;
  readonly plan: BenchmarkPlan;
  readonly measurement: Measurement;
}

/** What one batch of scheduler effects asks to keep: all of it in one transaction, or nothing. */
export type LedgerEntry =
  | { readonly kind: 'attempt'; readonly result: JobResult; readonly atMs: number }
  | {
      readonly kind: 'job-ended';
      readonly jobId: string;
      readonly state: JobState;
      readonly atMs: number;
    };

/** The durable memory of the coordinator. All writes are idempotent: repeating one changes nothing. */
export interface Ledger {
  /** Increments and returns the number of this start; the base of all lease epochs. */
  beginIncarnation(): Promise<number>;
  /** The secret of this ledger's leases: `fresh` becomes it if there was none. */
  leaseSecret(fresh: string): Promise<string>;
  saveSearch(search: SearchRecord): Promise<void>;
  setSearchState(searchId: string, state: SearchState, wall: WallTime): Promise<void>;
  /** In one write with the state that the search has from then on, so that a finished one cannot be left with a budget that nobody spends. */
  extendSearch(
    searchId: string,
    extension: SearchExtension,
    next: Pick<SearchRecord, 'state' | 'wall'>,
  ): Promise<void>;
  extensions(searchId: string): Promise<readonly SearchExtension[]>;
  searches(): Promise<readonly SearchRecord[]>;
  /** Candidate and job together, with the job's end if it has ended already; a candidate that is there already changes nothing. */
  saveCandidate(candidate: CandidateRecord, job: JobRecord, ending?: JobEnding): Promise<void>;
  candidates(searchId: string): Promise<readonly CandidateRecord[]>;
  /** Confirmation and job together; a confirmation that is there already changes nothing. @throws when its place is taken by another */
  saveConfirmation(confirmation: ConfirmationRecord, job: JobRecord): Promise<void>;
  /** In their order, for each target. */
  confirmations(searchId: string): Promise<readonly ConfirmationRecord[]>;
  /** All or none. @throws when a sequence or an architecture is taken by another proposal */
  saveProposals(proposals: readonly ProposalRecord[]): Promise<void>;
  /** The model of a proposal cannot be built; changes nothing where there is a candidate. */
  abandonProposal(proposal: ProposalRecord): Promise<void>;
  /** In the order of proposal, for each target; those of some architectures on one target, or all. */
  proposals(
    searchId: string,
    only?: { readonly target: string; readonly architectures: readonly string[] },
  ): Promise<readonly (ProposalRecord & { readonly state: ProposalState })[]>;
  /** In the order in which they ended, at most `limit`. */
  ends(from: EndsAfter, limit: number): Promise<readonly EndRecord[]>;
  saveJob(job: JobRecord): Promise<void>;
  jobs(filter: {
    readonly ownerId?: string;
    readonly open?: boolean;
  }): Promise<readonly JobRecord[]>;
  commit(entries: readonly LedgerEntry[]): Promise<void>;
  /** The measurements that count, by job; for a job that reused one, that one. */
  measurements(jobIds: readonly string[]): Promise<ReadonlyMap<string, Measurement>>;
  /** The last measurements of a model on a target, newest first, whoever asked for them; bounded. */
  earlierMeasurements(
    artifactDigest: string,
    target: string,
  ): Promise<readonly EarlierMeasurement[]>;
  /** How many jobs each device has measured, by serial number; devices that measured none are left out. */
  jobsMeasuredByDevice(): Promise<ReadonlyMap<string, number>>;
  saveArtifact(artifact: Artifact, createdAtMs: number): Promise<void>;
  artifact(digest: string): Promise<Artifact | undefined>;
  saveDevice(device: DeviceRecord): Promise<void>;
  devices(): Promise<readonly DeviceRecord[]>;
  removeDevice(serial: string): Promise<void>;
  close(): Promise<void>;
}
