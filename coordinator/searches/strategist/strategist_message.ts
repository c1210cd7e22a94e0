import type { Expectation } from '../../../search/expectation';
import type { Ask } from '../../../search/strategy';
import type { Word } from './strategist';

/** What the strategist thread is told of a search. */
export interface TargetWord {
  readonly target: string;
  readonly word: Word;
}

export interface StrategistAnswer {
  readonly target: string;
  readonly ask: Ask;
  readonly expectation: Expectation | undefined;
}
