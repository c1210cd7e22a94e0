import type { Expectation } from '../../../search/strategy/expectation';
import type { PastTarget } from '../../../search/strategy/past_target';
import type { SearchSpec } from '../../../search/spec/search_spec';
import type { Ask } from '../../../search/strategy/strategy';
import type { StrategyUpdate } from '../../../search/strategy/strategy_update';

/** What is searched, and what is known before. */
export interface StrategistTask {
  readonly spec: SearchSpec;
  readonly past: readonly PastTarget[];
}

/** The strategies of one search, one for each target, wherever they compute. An ask knows every update that came before it. */
export interface Strategist {
  update(target: string, update: StrategyUpdate): void;
  /** One at a time for each target. Rejects when the strategy cannot compute; the search is then to pause. */
  ask(target: string): Promise<Ask>;
  /** What was believed of a pending proposal's latency when it was asked for here; undefined where nothing was. */
  expectationOf?(target: string, architecture: string): Expectation | undefined;
  /** Nothing more is told or asked; what is asked now is rejected. */
  close(): void;
}

/** Opens a strategist for each search. */
export type OpenStrategist = (task: StrategistTask) => Strategist;
