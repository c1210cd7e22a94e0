import { assert } from '../../common/assert';
import { ownValue } from '../../common/own_value';
import type { Genotype } from './space';

/** An accuracy in percent as a base and a contribution of each choice, as DONNA's linear predictor from the qualities of blocks is. */
export interface AdditiveAccuracy {
  readonly base: number;
  /** By position, then by option. */
  readonly options: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** One choice of a space, in words. */
export interface Position {
  readonly name: string;
  readonly choices: readonly string[];
}

/** What keeps the source from telling the accuracy of all networks: the field, and the remedy. Undefined if nothing does. */
export function additiveProblem({ base, options }: AdditiveAccuracy, positions: readonly Position[]): string | undefined {
  const unknown = firstUnknown(options, positions.map(({ name }) => name));
  if (unknown !== undefined) return `field accuracy.options: the space has no position ${unknown}; its positions are ${positions.map(({ name }) => name).join(', ')}`;
  for (const { name, choices } of positions) {
    const contributions = ownValue(options, name);
    if (contributions === undefined) return `field accuracy.options: position ${name} is missing; give a number for each of ${choices.join(', ')}`;
    const missing = choices.find((choice) => !Object.hasOwn(contributions, choice));
    if (missing !== undefined) return `field accuracy.options.${name}: option ${missing} is missing; give a number for each of ${choices.join(', ')}`;
    const stranger = firstUnknown(contributions, choices);
    if (stranger !== undefined) return `field accuracy.options.${name}: the space has no option ${stranger}; its options are ${choices.join(', ')}`;
  }
  const { least, most } = additiveRange({ base, options }, positions);
  return least < 0 || most > 100 ? `field accuracy: its sums go from ${least.toFixed(2)} to ${most.toFixed(2)}, and an accuracy is a percentage from 0 to 100; change base or options` : undefined;
}

/** The least and the most that the choices of all positions can add up to, rules of the space left aside. */
export function additiveRange({ base, options }: AdditiveAccuracy, positions: readonly Position[], isAllowed: (position: string, choice: string) => boolean = () => true): { readonly least: number; readonly most: number } {
  const ends = positions.map(({ name, choices }) => choices.filter((choice) => isAllowed(name, choice)).map((choice) => ownValue(ownValue(options, name) ?? {}, choice) ?? 0));
  return { least: ends.reduce((sum, values) => sum + Math.min(...values), base), most: ends.reduce((sum, values) => sum + Math.max(...values), base) };
}

/** The accuracy of a genotype, by a source without problems. */
export function additiveAccuracyOf({ base, options }: AdditiveAccuracy, positions: readonly Position[]): (genotype: Genotype) => number {
  const table = positions.map(({ name, choices }) => choices.map((choice) => ownValue(ownValue(options, name) ?? {}, choice)));
  return (genotype) =>
    genotype.reduce((sum, choice, position) => {
      const contribution = table[position]?.[choice];
      assert(contribution !== undefined, 'an accuracy source has every option of the space');
      return sum + contribution;
    }, base);
}

function firstUnknown(record: Readonly<Record<string, unknown>>, known: readonly string[]): string | undefined {
  return Object.keys(record).find((name) => !known.includes(name));
}
