import type { Genotype } from '../../model/space/space';

/** What is believed of a network's accuracy before it is trained. */
export interface Accuracy {
  readonly percent: number;
  /** How sure the source is; absent where it does not say. */
  readonly standardDeviationPercent?: number;
}

/** An accuracy as a base and what each part of a network adds to it. */
export interface AccuracySums {
  readonly basePercent: number;
  /** `parts` are in the order of the positions, as a space tells them; in percent, of each option of each. */
  addedBy(parts: readonly (readonly Genotype[])[]): readonly (readonly number[])[];
}

/**
 * Where the accuracies of a search's networks come from: a table, a sum of contributions, a predictor. A source is a value: one that came to know better is another
 * source with a higher version, by which a search scores anew what it measured (docs/search.md).
 */
export interface AccuracySource {
  /** Counts the improvements from 1. */
  readonly version: number;
  /** What its accuracies are, in a few words for those who read them. */
  readonly statement: string;
  /** @throws BadInputError for a string that is no architecture of the space */
  accuracyOf(architecture: string): Accuracy;
  /** Where the accuracy is a sum over independently chosen parts: so the best of any number of networks is known. */
  readonly sums?: AccuracySums;
}
