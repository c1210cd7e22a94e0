import type { Expectation } from '../../../search/strategy/expectation';
import type { Ask } from '../../../search/strategy/strategy';
import type { StrategyUpdate } from '../../../search/strategy/strategy_update';

/** What the strategist process is told of a search. */
export interface TargetUpdate {
  readonly target: string;
  readonly update: StrategyUpdate;
}

export interface StrategistAnswer {
  readonly target: string;
  readonly ask: Ask;
  readonly expectation: Expectation | undefined;
}
