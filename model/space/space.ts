import type { Random } from '../../common/random';
import type { Target } from '../../common/target';
import type { DrawnNetwork } from '../block/network';
import type { LayerCost } from '../block/network_cost';
import type { Graph } from '../onnx/graph';
import type { Value } from './dimension';

/** One choice, counted from 0, for each position of the space. */
export type Genotype = readonly number[];

export interface Position {
  /** `block1.kernel`, or `0-1` for the edge of a cell. */
  readonly name: string;
  readonly values: readonly Value[];
}

export type ArchitectureCost = Pick<LayerCost, 'macs' | 'parameters'>;

export interface SpaceSummary {
  /** Genotypes that the rules permit. */
  readonly options: bigint;
  /** Networks that differ. */
  readonly networks: bigint;
  readonly least: ArchitectureCost;
  readonly most: ArchitectureCost;
}

/**
 * A search space. An architecture is a string; architectures that compute the same network have one canonical string and
 * one hash. All methods that take an architecture throw BadInputError for a string that is not one of this space.
 */
export interface Space {
  readonly name: string;
  readonly description: string;
  readonly positions: readonly Position[];
  /** How many choices each position has. */
  readonly choices: readonly number[];
  readonly rules: readonly string[];
  /** The canonical string; undefined when a rule that holds everywhere forbids the genotype, or it is no network. */
  readonly architectureOf: (genotype: Genotype) => string | undefined;
  /** A genotype of the architecture; of the canonical one, that whose string it is. */
  readonly genotypeOf: (architecture: string) => Genotype;
  readonly canonical: (architecture: string) => string;
  /** SHA-256 of the network, lower-case hexadecimal: equal in all spaces. */
  readonly hashOf: (architecture: string) => string;
  readonly costOf: (architecture: string) => LayerCost;
  /**
   * What latency may depend on, as many numbers for each architecture: work, bytes and operators by kind, the longest path, of the whole and of each block
   * where there are blocks (model/block/segment_features). Without drawing a weight.
   */
  readonly featuresOf: (architecture: string) => Float64Array;
  /**
   * The parts that are chosen independently of each other, in the order of the positions: of each the digits of its options that no rule forbids everywhere,
   * one for each network that the part can be. An architecture is one option of each.
   */
  readonly parts: () => readonly (readonly Genotype[])[];
  /** Of each cost what no permitted network has less of, by itself. */
  readonly leastCost: () => LayerCost;
  /** Whether no rule forbids it on the target. */
  readonly isPermitted: (architecture: string, target: Target) => boolean;
  /** A random permitted architecture, canonical; uniform over what is permitted, on the target when one is given. */
  readonly sample: (random: Random, target: Target | undefined) => string;
  /** Counts and ranges, exact; of what is permitted on the target when one is given. */
  readonly summarize: (target: Target | undefined) => SpaceSummary;
  /** The float network in canonical form. */
  readonly build: (architecture: string, drawn: DrawnNetwork) => Graph;
}

/** Enough of a hash to name files and rows by: 12 of 64 digits. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}
