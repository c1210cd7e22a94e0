import type { Job } from '../../common/job';
import type { Infeasible } from '../../common/trial';
import type { StrategyUpdate } from '../strategy/strategy_update';
import type { OutsideOffer, Remeasurement, SavedTrial, TrialName } from './event';
import type { NextState } from './phase';
import type { RequestAnswer } from './request';

/**
 * What the world must do for a study. Dying before one, or doing it twice, must be harmless: what is to last is written first, and
 * everything else follows from what was written.
 */
export type StudyEffect =
  /** In the order of all effects: an ask knows every update that came before it. Answered by `answered` or `strategy-failed`. */
  | { readonly kind: 'update-strategy'; readonly target: string; readonly update: StrategyUpdate }
  | { readonly kind: 'ask-strategy'; readonly target: string }
  /** Answered by `built`, `refused` or `build-failed`. */
  | ({ readonly kind: 'build' } & TrialName)
  /**
   * Answered by `trial-saved`. An equal measurement that was made before ends it, unless the study wants fresh ones;
   * a refusal ends it too.
   */
  | { readonly kind: 'save-trial'; readonly trial: SavedTrial; readonly refusal: Infeasible | null }
  /** Answered by `remeasurement-saved`. */
  | { readonly kind: 'save-remeasurement'; readonly remeasurement: Remeasurement }
  /** All of them or none. Answered by `offers-saved` or `offers-lost`. */
  | {
      readonly kind: 'save-offers';
      readonly requestId: number;
      readonly offers: readonly OutsideOffer[];
    }
  /** The model of an outside searcher's proposal cannot be made. */
  | { readonly kind: 'abandon-offer'; readonly offer: OutsideOffer }
  /** State, clock and extension in one write. Answered by `state-saved`. */
  | { readonly kind: 'save-state'; readonly next: NextState }
  | { readonly kind: 'submit-job'; readonly job: Job }
  | { readonly kind: 'pause-jobs' | 'resume-jobs' | 'end-jobs' }
  | { readonly kind: 'answer'; readonly requestId: number; readonly answer: RequestAnswer }
  /** Something is wrong that the operator should know. */
  | { readonly kind: 'report-problem'; readonly problem: string };
