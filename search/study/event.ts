import type { Artifact } from '../../common/artifact';
import type { CandidateFault } from '../../common/fault';
import type { Job, Lease } from '../../common/job';
import type { TrialEnd } from '../../common/trial';
import type { Expectation } from '../strategy/expectation';
import type { Ask, KnownError } from '../strategy/strategy';
import type { BuiltCosts } from '../spec/violation';
import type { Evidence } from './evidence';
import type { Request, SearchExtension } from './request';

/** The end of one of the study's jobs; it is in the ledger. It may be told twice. */
export interface JobEnded {
  readonly jobId: string;
  readonly end: TrialEnd<Evidence>;
}

/** Names a trial within its study. */
export interface TrialName {
  /** The target's name. */
  readonly target: string;
  readonly architecture: string;
}

/** A trial of an earlier process, with its job. */
export interface SavedTrial extends TrialName {
  readonly sequence: number;
  readonly job: Job;
}

/** A job that measures a trial again: 0 is the round of second looks, confirmations count from 1. */
export interface Remeasurement extends TrialName {
  /** The order in which they are asked for, within the target. */
  readonly sequence: number;
  readonly round: number;
  readonly job: Job;
}

/** What an outside searcher has proposed. */
export interface OutsideOffer extends TrialName {
  readonly sequence: number;
}

/** What an earlier process left in the ledger, in the order of proposal. */
export interface Memory {
  readonly trials: readonly SavedTrial[];
  readonly remeasurements: readonly Remeasurement[];
  readonly extensions: readonly SearchExtension[];
  readonly offers: readonly (OutsideOffer & { readonly isWaiting: boolean })[];
}

/** A model, with what it costs. */
export interface Build extends Omit<BuiltCosts, 'modelBytes'> {
  readonly artifact: Artifact;
}

/** What can happen to a study. What changes the ledger comes back as an event when the ledger has it. */
export type StudyEvent =
  /** The first of all: what the ledger has. Nothing, for a new study. */
  | { readonly kind: 'remembered'; readonly memory: Memory }
  /** Ends of an earlier process, in their order. */
  | { readonly kind: 'replayed'; readonly ends: readonly JobEnded[] }
  | { readonly kind: 'replay-ended' }
  /** Devices that offer each target and are attached, by the target's name. */
  | { readonly kind: 'fleet-changed'; readonly devices: ReadonlyMap<string, number> }
  /** Time has passed; a budget may be spent. */
  | { readonly kind: 'woken' }
  | { readonly kind: 'requested'; readonly requestId: number; readonly request: Request }
  /** The strategy has answered; `target` is as it was asked. */
  | {
      readonly kind: 'answered';
      readonly target: string;
      readonly answer: Ask;
      readonly expectation: Expectation | undefined;
    }
  /** The strategy cannot compute. */
  | { readonly kind: 'strategy-failed'; readonly target: string; readonly message: string }
  | ({ readonly kind: 'built'; readonly build: Build } & TrialName)
  /** A stage of the way to what the target runs says that it never will. */
  | ({ readonly kind: 'refused'; readonly fault: CandidateFault } & TrialName)
  | ({ readonly kind: 'build-failed'; readonly message: string } & TrialName)
  /** `end`: it had ended as it was saved, by a measurement that was made before or by its refusal. */
  | ({ readonly kind: 'trial-saved'; readonly end: TrialEnd<Evidence> | null } & TrialName)
  | { readonly kind: 'remeasurement-saved'; readonly remeasurement: Remeasurement }
  | {
      readonly kind: 'offers-saved';
      readonly requestId: number;
      readonly offers: readonly OutsideOffer[];
    }
  /** What was asked for could not be written; nothing has changed. */
  | { readonly kind: 'offers-lost'; readonly requestId: number }
  | { readonly kind: 'state-saved' }
  | { readonly kind: 'job-leased'; readonly jobId: string; readonly lease: Lease }
  | { readonly kind: 'job-requeued'; readonly jobId: string }
  | ({ readonly kind: 'job-ended' } & JobEnded)
  /** The source of accuracies knows better; the front is computed anew, and strategies learn which networks' errors it knows now. */
  | {
      readonly kind: 'accuracies-improved';
      readonly errors: readonly KnownError[];
      readonly accuracyPercentOf: (architecture: string) => number;
    };
