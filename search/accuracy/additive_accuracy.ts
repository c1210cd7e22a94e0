import { assert } from '../../common/assert';
import { ownValue } from '../../common/own_value';
import type { Genotype, Position, Space } from '../../model/space/space';
import type { AccuracySource } from './accuracy_source';

/** An accuracy in percent as a base and a contribution of each choice, as DONNA's linear predictor from the qualities of blocks is. */
export interface AdditiveAccuracy {
  readonly base: number;
  /** By position, then by option. */
  readonly options: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Sums differ by some 1e-13 with the order of their terms. */
const sumScale = 1e11;

/** What of a space the source speaks of. */
interface SummedSpace extends Pick<Space, 'genotypeOf'> {
  readonly positions: readonly Position[];
}

/** A source without problems, for the space. Sums in another order are the same number. */
export function createAdditiveAccuracy(
  { base, options }: AdditiveAccuracy,
  space: SummedSpace,
): AccuracySource {
  const contributionOf = contributions(options, space.positions);
  const percentOf = (genotype: Genotype): number =>
    Math.round(
      genotype.reduce((sum, choice, position) => sum + contributionOf(position, choice), base) *
        sumScale,
    ) / sumScale;
  return {
    version: 1,
    statement: 'sum of what the specification gives for each choice, float',
    accuracyOf: (architecture) => ({ percent: percentOf(space.genotypeOf(architecture)) }),
    sums: {
      basePercent: base,
      addedBy: (parts) => {
        let first = 0;
        return parts.map((genotypes) => {
          const from = first;
          first += genotypes[0]?.length ?? 0;
          return genotypes.map((genotype) =>
            genotype.reduce((sum, choice, place) => sum + contributionOf(from + place, choice), 0),
          );
        });
      },
    },
  };
}

/** What keeps the source from telling the accuracy of all networks: the field, and the remedy. Undefined if nothing does. */
export function additiveProblem(
  additive: AdditiveAccuracy,
  positions: readonly Position[],
): string | undefined {
  const problem = contributionsProblem(additive.options, positions);
  if (problem !== undefined) return problem;
  const { least, most } = additiveRange(additive, positions);
  return least < 0 || most > 100
    ? `field accuracy: its sums go from ${least.toFixed(2)} to ${most.toFixed(2)}, and an accuracy is a percentage from 0 to 100; change base or options`
    : undefined;
}

/** The first position or option that the contributions lack, or that the space does. Undefined if there is none. */
export function contributionsProblem(
  options: AdditiveAccuracy['options'],
  positions: readonly Position[],
): string | undefined {
  const unknown = firstUnknown(
    options,
    positions.map(({ name }) => name),
  );
  if (unknown !== undefined)
    return `field accuracy.options: the space has no position ${unknown}; its positions are ${positions.map(({ name }) => name).join(', ')}`;
  for (const position of positions) {
    const problem = positionProblem(options, position);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function positionProblem(
  options: AdditiveAccuracy['options'],
  { name, values }: Position,
): string | undefined {
  const choices = values.map(String);
  const given = ownValue(options, name);
  if (given === undefined)
    return `field accuracy.options: position ${name} is missing; give a number for each of ${choices.join(', ')}`;
  const missing = choices.find((choice) => !Object.hasOwn(given, choice));
  if (missing !== undefined)
    return `field accuracy.options.${name}: option ${missing} is missing; give a number for each of ${choices.join(', ')}`;
  const stranger = firstUnknown(given, choices);
  return stranger === undefined
    ? undefined
    : `field accuracy.options.${name}: the space has no option ${stranger}; its options are ${choices.join(', ')}`;
}

/** The least and the most that the choices of all positions can add up to, rules of the space left aside. */
export function additiveRange(
  { base, options }: AdditiveAccuracy,
  positions: readonly Position[],
): { readonly least: number; readonly most: number } {
  const contributionOf = contributions(options, positions);
  const ends = positions.map(({ values }, position) =>
    Array.from(values.keys(), (choice) => contributionOf(position, choice)),
  );
  return {
    least: ends.reduce((sum, values) => sum + Math.min(...values), base),
    most: ends.reduce((sum, values) => sum + Math.max(...values), base),
  };
}

function contributions(
  options: AdditiveAccuracy['options'],
  positions: readonly Position[],
): (position: number, choice: number) => number {
  const table = positions.map(({ name, values }) =>
    values.map((value) => ownValue(ownValue(options, name) ?? {}, String(value))),
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
