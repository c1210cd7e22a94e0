import { assert } from '../common/assert';
import { ownValue } from '../common/own_value';
import type { ValuedParts } from './parts';
import type { Genotype } from './space';

/** An accuracy in percent as a base and a contribution of each choice, as DONNA's linear predictor from the qualities of blocks is. */
export interface AdditiveAccuracy {
  readonly base: number;
  /** By position, then by option. */
  readonly options: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Sums differ by some 1e-13 with the order of their terms. */
const sumScale = 1e11;

/** One choice of a space, in words. */
export interface Position {
  readonly name: string;
  readonly choices: readonly string[];
}

/** What keeps the source from telling the accuracy of all networks: the field, and the remedy. Undefined if nothing does. */
export function additiveProblem(
  { base, options }: AdditiveAccuracy,
  positions: readonly Position[],
): string | undefined {
  const unknown = firstUnknown(
    options,
    positions.map(({ name }) => name),
  );
  if (unknown !== undefined)
    return `field accuracy.options: the space has no position ${unknown}; its positions are ${positions.map(({ name }) => name).join(', ')}`;
  for (const { name, choices } of positions) {
    const contributions = ownValue(options, name);
    if (contributions === undefined)
      return `field accuracy.options: position ${name} is missing; give a number for each of ${choices.join(', ')}`;
    const missing = choices.find((choice) => !Object.hasOwn(contributions, choice));
    if (missing !== undefined)
      return `field accuracy.options.${name}: option ${missing} is missing; give a number for each of ${choices.join(', ')}`;
    const stranger = firstUnknown(contributions, choices);
    if (stranger !== undefined)
      return `field accuracy.options.${name}: the space has no option ${stranger}; its options are ${choices.join(', ')}`;
  }
  const { least, most } = additiveRange({ base, options }, positions);
  return least < 0 || most > 100
    ? `field accuracy: its sums go from ${least.toFixed(2)} to ${most.toFixed(2)}, and an accuracy is a percentage from 0 to 100; change base or options`
    : undefined;
}

/** The least and the most that the choices of all positions can add up to, rules of the space left aside. */
function additiveRange(
  { base, options }: AdditiveAccuracy,
  positions: readonly Position[],
): { readonly least: number; readonly most: number } {
  const ends = positions.map(({ name, choices }) =>
    choices.map((choice) => ownValue(ownValue(options, name) ?? {}, choice) ?? 0),
  );
  return {
    least: ends.reduce((sum, values) => sum + Math.min(...values), base),
    most: ends.reduce((sum, values) => sum + Math.max(...values), base),
  };
}

/** The accuracy of a genotype, by a source without problems; rounded so that sums in another order are the same number. */
export function additiveAccuracyOf(
  { base, options }: AdditiveAccuracy,
  positions: readonly Position[],
): (genotype: Genotype) => number {
  const contributionOf = contributions(options, positions);
  return (genotype) =>
    Math.round(
      genotype.reduce((sum, choice, position) => sum + contributionOf(position, choice), base) *
        sumScale,
    ) / sumScale;
}

/** What each option of each part adds to the base. `parts` are in the order of the positions. */
export function additivePartsOf(
  { options }: AdditiveAccuracy,
  positions: readonly Position[],
  parts: readonly (readonly Genotype[])[],
): ValuedParts {
  const contributionOf = contributions(options, positions);
  let first = 0;
  return parts.map((genotypes) => {
    const from = first;
    first += genotypes[0]?.length ?? 0;
    return genotypes.map((genotype) => ({
      genotype,
      value: genotype.reduce((sum, choice, place) => sum + contributionOf(from + place, choice), 0),
    }));
  });
}

function contributions(
  options: AdditiveAccuracy['options'],
  positions: readonly Position[],
): (position: number, choice: number) => number {
  const table = positions.map(({ name, choices }) =>
    choices.map((choice) => ownValue(ownValue(options, name) ?? {}, choice)),
  );
  return (position, choice) => {
    const contribution = table[position]?.[choice];
    assert(contribution !== undefined, 'an accuracy source has every option of the space');
    return contribution;
  };
}

function firstUnknown(
  record: Readonly<Record<string, unknown>>,
  known: readonly string[],
): string | undefined {
  return Object.keys(record).find((name) => !known.includes(name));
}
