import type { NamedValues } from '../engine/engine';

export interface EpochRecord {
  readonly loss: number;
  readonly validationAccuracyPercent: number | null;
}

/** The weights of all parts. */
export type PartWeights = ReadonlyMap<string, NamedValues>;

/** How far a training has come. */
export interface TrainingCourse {
  /** Done. */
  readonly step: number;
  /** Of the losses of the epoch that is not at its end. */
  readonly lossSum: number;
  readonly history: readonly EpochRecord[];
  /** Of the best epoch, where epochs are watched. */
  readonly best: PartWeights | undefined;
}

export const begun: TrainingCourse = { step: 0, lossSum: 0, history: [], best: undefined };

/** After an epoch. `weights` is asked for where they are the best so far. */
export function afterEpoch(
  { step, lossSum, history, best }: TrainingCourse,
  {
    steps,
    validationAccuracyPercent,
    weights,
  }: {
    readonly steps: number;
    readonly validationAccuracyPercent: number | null;
    readonly weights: () => PartWeights;
  },
): TrainingCourse {
  const isBest =
    validationAccuracyPercent !== null &&
    history.every((record) => (record.validationAccuracyPercent ?? 0) < validationAccuracyPercent);
  return {
    step,
    lossSum: 0,
    history: [...history, { loss: lossSum / steps, validationAccuracyPercent }],
    best: isBest ? weights() : best,
  };
}

/** So many epochs have gone by since the best. */
export function hasStalled(
  { history }: Pick<TrainingCourse, 'history'>,
  patienceEpochs: number | null,
): boolean {
  if (patienceEpochs === null) return false;
  const accuracies = history.map(({ validationAccuracyPercent }) => validationAccuracyPercent ?? 0);
  const best = accuracies.indexOf(Math.max(...accuracies));
  return history.length > 0 && history.length - 1 - best >= patienceEpochs;
}
