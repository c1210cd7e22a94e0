import type { Random } from '../../common/random';

/** One choice, counted from 0, for each position of the space. */
export type Genotype = readonly number[];

export type Value = string | number;

export interface Position {
  /** `block1.kernel`, or `edge0-1` of a cell. */
  readonly name: string;
  readonly values: readonly Value[];
}

/**
 * What a search must know of a space, and nothing more. An architecture is a string; genotypes that are the same network have one canonical architecture, so that
 * nothing is measured twice.
 */
export interface Space {
  readonly name: string;
  /** How many choices each position has; at least one. */
  readonly choices: readonly number[];
  /** The canonical architecture; undefined when the genotype is no network, or one that the search must not propose. */
  architectureOf(genotype: Genotype): string | undefined;
  /** A genotype of the architecture; of the canonical one, that whose architecture it is. @throws BadInputError for a string that is none of the space */
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
  /** A genotype by chance, each that is a network as likely as the others; where the space can tell beforehand, one that is: in large spaces full of rules hardly any other is. */
  draw(random: Random): Genotype;
}

/** What a network takes at least: limits on what may be built are held against it. */
export interface CostBounds {
  readonly macs: number;
  /** As trained: normalizations' scales and shifts count, running statistics do not. */
  readonly parameters: number;
  /** Of an int8 model. */
  readonly peakActivationBytes: number;
  /** Of an int8 model's file. */
  readonly modelBytes: number;
}

/** Costs that add up over parts. Memory for activations does not. */
export type AddedCosts = Pick<CostBounds, 'macs' | 'parameters' | 'modelBytes'>;

/** A space that knows what its networks cost. */
export interface CostedSpace extends Space {
  /** What none of these has less of, each cost by itself; of all networks when none are named. */
  costBounds(architectures?: readonly string[]): CostBounds;
  /** Of what all networks share, and what each option of each of `parts` adds to it, in their order. Absent where there are no parts. */
  partCosts?(): {
    readonly shared: AddedCosts;
    readonly parts: readonly (readonly AddedCosts[])[];
  };
}
