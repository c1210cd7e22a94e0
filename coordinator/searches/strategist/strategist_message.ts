import type { Expectation } from '../../../search/expectation';
import type { Ask } from '../../../search/strategy';
import type { StrategyUpdate } from '../../../search/strategy_update';

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
