import type { Expectation } from '../../../search/expectation';
import type { Ask, Evaluation, Proposal } from '../../../search/strategy';
import type { StrategistTask } from './strategies';

/** What a strategy hears: `Strategy` says when and how often. */
export type Word =
  | { readonly kind: 'adopt'; readonly proposal: Proposal }
  | { readonly kind: 'tell'; readonly architecture: string; readonly evaluation: Evaluation }
  | { readonly kind: 'withdraw'; readonly architecture: string };

/** The strategies of one search, one for each target, wherever they compute. An ask knows every word that was said before it. */
export interface Strategist {
  hear(target: string, word: Word): void;
  /** One at a time for each target. Rejects when the strategy cannot compute; the search is then to pause. */
  ask(target: string): Promise<Ask>;
  /** What was believed of a pending proposal's latency when it was asked for here; undefined where nothing was. */
  expectationOf?(target: string, architecture: string): Expectation | undefined;
  /** Nothing more is said or asked; what is asked now is rejected. */
  close(): void;
}

/** Opens a strategist for each search. */
export type OpenStrategist = (task: StrategistTask) => Strategist;
