import type { Expectation } from './expectation';
import type { Point } from '../front/point';

export interface Proposal {
  /** Counts the proposals of one search on one target from 0. */
  readonly sequence: number;
  readonly architecture: string;
}

/** `later`: nothing to propose until something pending ends; `exhausted`: never again. */
export type Ask = Proposal | 'later' | 'exhausted';

export type Evaluation =
  /** `violation` sums how far each broken constraint is exceeded, relative to its limit; 0 keeps them all. */
  | {
      readonly kind: 'measured';
      readonly objectives: Point;
      readonly violation: number;
      /** Standard deviation of the latency as measured, relative to it; absent = it is as good as exact. */
      readonly relativeNoise?: number;
      /** Which of the target's devices measured it: they are alike, but not the same. */
      readonly deviceSerial?: string;
    }
  /** Not measured: it cannot run there (`violation` is Infinity), or breaks a limit that shows without a device. The strategy learns from it. */
  | { readonly kind: 'infeasible'; readonly violation: number };

/** What a network's accuracy has turned out to be, as an error. */
export interface KnownError {
  readonly architecture: string;
  readonly errorPercent: number;
}

/**
 * Chooses what to measure next; pure and deterministic. Its whole state follows from (seed, the proposals made, the tells
 * in their order), never from how the two interleaved, so that a search is rebuilt after a restart by adopting its proposals,
 * repeating its tells, and asking on. An architecture is proposed once in a search's life, whatever became of it.
 */
export interface Strategy {
  /** Networks that it came upon again and that were not proposed for that reason. */
  readonly duplicates: number;
  /** May be called at any time, whatever is still pending. */
  ask(): Ask;
  /** What was believed of a pending proposal's latency when this process asked for it; undefined where nothing was. */
  expectationOf?(architecture: string): Expectation | undefined;
  /** Takes over a proposal that an earlier process made; in rising sequence, before the first `ask`. */
  adopt(proposal: Proposal): void;
  /** Once for each proposal at most, in any order. */
  tell(architecture: string, evaluation: Evaluation): void;
  /**
   * These errors are known better now, whether the networks were measured or not. Absent where a strategy believes what it was told for good.
   * It is then as one that knew them all along and has made the same proposals, but for how it scales features.
   */
  learn?(errors: readonly KnownError[]): void;
  /** No evaluation will come, by no fault of the architecture: nothing is learned, nobody waits any longer. */
  withdraw(architecture: string): void;
}
