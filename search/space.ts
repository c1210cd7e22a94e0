import type { Random } from '../common/random';

/** One choice, counted from 0, for each position of the space. */
export type Genotype = readonly number[];

/** What a strategy must know of a search space, and nothing more. */
export interface SearchSpace {
  readonly name: string;
  /** How many choices each position has; at least one. */
  readonly choices: readonly number[];
  /**
   * The canonical name of the architecture: equal for genotypes that are the same network, so that nothing is measured
   * twice. Undefined when the genotype is no network, or one that the search must not propose.
   */
  architectureOf(genotype: Genotype): string | undefined;
  /** A genotype of the architecture: the inverse of `architectureOf` up to isomorphism. */
  genotypeOf(architecture: string): Genotype;
  /**
   * What running the architecture takes, as far as that can be told without running it: operators by kind, work, bytes, depth. As many numbers, with the
   * same meanings, for each architecture of the space; none where nothing is known.
   */
  featuresOf(architecture: string): Float64Array;
  /**
   * The parts that are chosen independently of each other, in the order of the positions, and of each the genotypes of its options: a network is one of each,
   * though not all of these need be admitted. Absent where every choice depends on the others.
   */
  parts?(): readonly (readonly Genotype[])[];
  /** All networks, each once, where they are listed: those of a table are few among the genotypes. */
  names?(): readonly string[];
  /** A genotype by chance, one that is a network where the space can tell beforehand: in large spaces full of rules hardly any other is. */
  draw(random: Random): Genotype;
}

/** Each choice as likely as the others of its position. */
export function drawChoices(choices: readonly number[], random: Random): Genotype {
  return choices.map((count) => random.below(count));
}

/** The part of a space that passes a test which costs nothing, such as a limit on the known accuracy. `draw`: where few pass, one that finds them. */
export function restrictSpace(
  space: SearchSpace,
  isAdmitted: (architecture: string) => boolean,
  draw = (random: Random): Genotype => space.draw(random),
): SearchSpace {
  const parts = space.parts?.bind(space);
  const names = space.names?.bind(space);
  return {
    name: space.name,
    choices: space.choices,
    genotypeOf: (architecture) => space.genotypeOf(architecture),
    featuresOf: (architecture) => space.featuresOf(architecture),
    draw,
    ...(parts === undefined ? {} : { parts }),
    ...(names === undefined ? {} : { names: () => names().filter(isAdmitted) }),
    architectureOf: (genotype) => {
      const architecture = space.architectureOf(genotype);
      return architecture !== undefined && isAdmitted(architecture) ? architecture : undefined;
    },
  };
}

/** Number of genotypes, isomorphic and invalid ones included. */
export function genotypeCount(space: SearchSpace): number {
  return space.choices.reduce((product, count) => product * count, 1);
}

/** The genotype of a number from 0 to below `genotypeCount`: the choices are its digits. */
export function genotypeAt(space: SearchSpace, index: number): Genotype {
  let rest = index;
  return space.choices.map((count) => {
    const choice = rest % count;
    rest = Math.floor(rest / count);
    return choice;
  });
}
