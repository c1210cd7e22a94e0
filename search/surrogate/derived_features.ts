/** What is known of a network of a space that tells no cost: its choices, and its error. */
export interface DescribedNetwork {
  readonly genotype: Genotype;
  readonly errorPercent: number;
}

/** Stands in for what a space does not tell of its networks. */
export interface DerivedFeatures {
  /** How often each option stands at positions with as many options, the size of each choice, what the choices are worth, and the error itself. */
  featuresOf(network: DescribedNetwork): Float64Array;
  /** What the additive model counts: each option wherever it stands. One for each place would explain any few measurements, and so none to come. */
  countsOf(genotype: Genotype): Float64Array;
  /** For each position what its choice is worth in accuracy, in percent, above the least of its options. What is worth something usually costs something. */
  worthOf(genotype: Genotype): Float64Array;
}

/** Networks with an option that count as many as those that a mean rests on before there are any: rare options are not taken for good or bad by chance. */
const doubt = 3;
/** Options of a position that are told apart; of more, neighbours are taken together. */
const mostLevels = 24;
/** Of all positions. */
const mostLevelsOfAll = 300;
/** Positions whose choices are features by themselves: each is a length to be fitted. */
const mostOrdered = 32;

/** @param sample networks of the space, at least one: what options are worth is told from them */
export function deriveFeatures(
  choices: readonly number[],
  sample: readonly DescribedNetwork[],
): DerivedFeatures {
  const levels = choices.map((count) =>
    Math.min(
      count,
      Math.max(2, Math.min(mostLevels, Math.floor(mostLevelsOfAll / choices.length))),
    ),
  );
  const levelsOf = (genotype: Genotype): readonly number[] =>
    genotype.map((choice, position) =>
      Math.floor((choice * (levels[position] ?? 1)) / (choices[position] ?? 1)),
    );
  const sizes = [...new Set(levels)].filter(
    (size) => size > 1 && levels.filter((count) => count === size).length > 1,
  );
  const worth = worthOfLevels(
    levels,
    sample.map(({ genotype, errorPercent }) => ({ genotype: levelsOf(genotype), errorPercent })),
  );
  const tallyOf = (taken: readonly number[]): number[] =>
    sizes.flatMap((size) =>
      Array.from(
        { length: size },
        (_, level) =>
          taken.filter((each, position) => each === level && levels[position] === size).length,
      ),
    );
  const worthOf = (genotype: Genotype): Float64Array =>
    Float64Array.from(levelsOf(genotype), (level, position) => worth[position]?.[level] ?? 0);
  const ordered = Array.from(choices.keys())
    .filter((position) => (choices[position] ?? 0) > 2)
    .slice(0, mostOrdered);
  return {
    featuresOf: ({ genotype, errorPercent }) =>
      Float64Array.of(
        ...tallyOf(levelsOf(genotype)),
        ...ordered.map((position) => genotype[position] ?? 0),
        worthOf(genotype).reduce((sum, value) => sum + value, 0),
        errorPercent,
      ),
    countsOf: (genotype) => Float64Array.from(tallyOf(levelsOf(genotype))),
    worthOf,
  };
}

/** The mean accuracy of the networks with each level, above that of the worst of its position. */
function worthOfLevels(
  levels: readonly number[],
  sample: readonly DescribedNetwork[],
): readonly Float64Array[] {
  const mean =
    sample.reduce((sum, { errorPercent }) => sum + errorPercent, 0) / Math.max(1, sample.length);
  return levels.map((count, position) => {
    const [sums, counts] = [new Float64Array(count), new Float64Array(count)];
    for (const { genotype, errorPercent } of sample) {
      const level = genotype[position] ?? 0;
      sums[level] = (sums[level] ?? 0) + mean - errorPercent;
      counts[level] = (counts[level] ?? 0) + 1;
    }
    const means = sums.map((sum, level) => sum / ((counts[level] ?? 0) + doubt));
    const least = Math.min(...means);
    return means.map((value) => value - least);
  });
}
import type { Genotype } from '../../model/space/space';
