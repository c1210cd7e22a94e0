import type { ReportCandidate, ReportInput } from './report_input';

/** How often one choice of one position was taken. */
export interface ChoiceShare {
  readonly position: string;
  readonly choice: string;
  /** Of the networks of the front, 0 to 1. */
  readonly onFront: number;
  /** Of all that were measured. */
  readonly amongMeasured: number;
}

/** For each position the shares of its choices, in the space's order. Empty when nothing is on the front. */
export function choiceShares(
  positions: ReportInput['header']['positions'],
  front: readonly ReportCandidate[],
  measured: readonly ReportCandidate[],
): readonly (readonly ChoiceShare[])[] {
  if (front.length === 0) return [];
  return positions.map(({ name, choices }, place) =>
    choices.map((choice, index) => {
      const share = (candidates: readonly ReportCandidate[]): number =>
        candidates.filter((candidate) => candidate.choices[place] === index).length /
        candidates.length;
      return { position: name, choice, onFront: share(front), amongMeasured: share(measured) };
    }),
  );
}

/** Where the front differs most from what was measured, the largest differences first. */
export function mostTelling(
  shares: readonly (readonly ChoiceShare[])[],
  count: number,
): readonly ChoiceShare[] {
  const difference = ({ onFront, amongMeasured }: ChoiceShare): number =>
    Math.abs(onFront - amongMeasured);
  return shares
    .flat()
    .sort((a, b) => difference(b) - difference(a))
    .slice(0, count);
}
