import type { Expectation } from '../../../search/expectation';
import type { Ask } from '../../../search/strategy';
import type { StrategistTask } from './strategies';
import type { Word } from './strategist';

/** From the coordinator to the strategist thread, which handles them one after the other. */
export type StrategistRequest =
  | { readonly kind: 'open'; readonly session: number; readonly task: StrategistTask }
  | {
      readonly kind: 'word';
      readonly session: number;
      readonly target: string;
      readonly word: Word;
    }
  | {
      readonly kind: 'ask';
      readonly session: number;
      readonly target: string;
      readonly question: number;
    }
  | { readonly kind: 'close'; readonly session: number };

/** To one question each. */
export type StrategistReply = { readonly question: number } & (
  | { readonly ok: true; readonly answer: Ask; readonly expectation?: Expectation | undefined }
  | { readonly ok: false; readonly message: string }
);
