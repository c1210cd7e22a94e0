import { List, Map } from 'immutable';
import type { Job } from '../../common/job';
import { proposedTrial, type Trial, type TrialEnd } from '../../common/trial';
import type { Budget } from '../spec/budget';
import type { Expectation } from '../strategy/expectation';
import { joinsBelowMs } from '../front/front';
import type { TargetSpec } from '../spec/search_spec';
import type { Proposal } from '../strategy/strategy';
import type { Evidence } from './evidence';
import { noResults, type Results } from './results';

/** What passes between a lane and what proposes for it. One question at a time. */
export type Questioning =
  | { readonly kind: 'idle' }
  /** `hasNews`: something has changed since that may let the strategy go on. */
  | { readonly kind: 'asked'; readonly hasNews: boolean }
  /** It has nothing until something changes. */
  | { readonly kind: 'waiting' }
  /** The space has no more, or the budget of a whole fleet is spent. */
  | { readonly kind: 'exhausted' };

/** A member of the front, measured again. */
export interface Confirmation {
  readonly architecture: string;
  readonly round: number;
  readonly jobId: string;
  readonly state:
    | { readonly kind: 'saving' }
    | { readonly kind: 'open' }
    | { readonly kind: 'measured'; readonly evidence: Evidence }
    | { readonly kind: 'failed' };
}

/** What an outside searcher has proposed for a target. */
export interface Offers {
  /** Everything that it ever proposed, with its place in the order. */
  readonly known: Map<string, number>;
  /** Not taken up yet; first come first. */
  readonly waiting: List<Proposal>;
}

export type EndCounts = Readonly<Record<TrialEnd<unknown>['kind'], number>>;

/** A study on one of its targets. Collections share structure between versions. */
export interface Lane {
  readonly target: TargetSpec;
  readonly budget: Budget;
  /** That offer the target and are attached. */
  readonly devices: number;
  readonly conversation: Questioning;
  /** By architecture. */
  readonly trials: Map<string, Trial<Evidence>>;
  /** Trials that have not ended. */
  readonly pending: number;
  readonly ended: EndCounts;
  /** What was believed of pending trials, where the strategy said so. */
  readonly expectations: Map<string, Expectation>;
  /** Trials on their way to the ledger, in the order of proposal: a crash then loses the newest, and leaves no gap among the older. */
  readonly unsaved: List<string>;
  /** The job of the first of them, while it is being written. */
  readonly saving: Job | null;
  /** Time of devices, for this target's trials. */
  readonly phoneMs: number;
  readonly results: Results;
  /** How many of all measurements are of virtual phones. */
  readonly virtualMeasurements: number;
  /** How many trials were doubted. */
  readonly doubted: number;
  /** By architecture and round. */
  readonly confirmations: Map<string, Confirmation>;
  /** The sequence of the next job that measures again. */
  readonly nextRemeasurement: number;
  readonly offers: Offers;
}

/** A target of which nothing is known. */
export function emptyLane(target: TargetSpec): Lane {
  return {
    target,
    budget: target.budget,
    devices: 0,
    conversation: { kind: 'idle' },
    trials: Map(),
    pending: 0,
    ended: { measured: 0, reused: 0, infeasible: 0, abandoned: 0 },
    expectations: Map(),
    unsaved: List(),
    saving: null,
    phoneMs: 0,
    results: noResults,
    virtualMeasurements: 0,
    doubted: 0,
    confirmations: Map(),
    nextRemeasurement: 0,
    offers: { known: Map(), waiting: List() },
  };
}

/** A question keeps room for its answer, so that nobody else spends it. */
export function inFlightOf({ pending, conversation }: Lane): number {
  return pending + (conversation.kind === 'asked' ? 1 : 0);
}

/** All that were ever proposed. */
export function triedBy({ pending, ended }: Lane): number {
  return ended.measured + ended.reused + ended.infeasible + ended.abandoned + pending;
}

export function withProposal(
  lane: Lane,
  { sequence, architecture }: Proposal,
  expectation?: Expectation,
): Lane {
  return {
    ...lane,
    trials: lane.trials.set(architecture, proposedTrial(sequence, architecture)),
    pending: lane.pending + 1,
    expectations:
      expectation === undefined
        ? lane.expectations
        : lane.expectations.set(architecture, expectation),
  };
}

/** What a measurement of an architecture said, of its trial first and then of those that confirmed it. */
export function findingsOf(lane: Lane, architecture: string): readonly Evidence[] {
  const state = lane.trials.get(architecture)?.state;
  const own =
    state?.kind === 'ended' && (state.end.kind === 'measured' || state.end.kind === 'reused')
      ? [state.end]
      : [];
  return [...own, ...confirmationsOf(lane, architecture)];
}

/** What confirmed an architecture, in the order of the rounds. */
export function confirmationsOf(lane: Lane, architecture: string): readonly Evidence[] {
  const found: Evidence[] = [];
  for (let round = 1; ; round += 1) {
    const confirmation = lane.confirmations.get(confirmationKey(architecture, round));
    if (confirmation === undefined) return found;
    if (confirmation.state.kind === 'measured') found.push(confirmation.state.evidence);
  }
}

export function confirmationKey(architecture: string, round: number): string {
  return `${round} ${architecture}`;
}

/** The latency below which a network of that accuracy would join the front now, the limit on latency being kept; Infinity when it joins at any. */
export function decisionMsOf({ results, target }: Lane, accuracyPercent: number): number {
  return Math.min(
    joinsBelowMs(results.front, accuracyPercent),
    target.constraints.latencyMsMax ?? Infinity,
  );
}
