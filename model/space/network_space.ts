import type { Target } from '../../common/target';
import type { DrawnNetwork } from '../block/network';
import type { LayerCost } from '../block/network_cost';
import type { Graph } from '../onnx/graph';
import type { BlockOption } from './block_options';
import type { CostedSpace, Position } from './space';

export type ArchitectureCost = Pick<LayerCost, 'macs' | 'parameters'>;

export interface SpaceSummary {
  /** Genotypes that the rules permit. */
  readonly options: bigint;
  /** Networks that differ. */
  readonly networks: bigint;
  readonly least: ArchitectureCost;
  readonly most: ArchitectureCost;
}

/** What a search leaves out of a space. */
export interface Restriction {
  /** Networks must be permitted on all of them. */
  readonly targets: readonly Target[];
  /** Of `forbiddable`. */
  readonly forbidden: readonly string[];
}

/** What people are told of a space. */
interface DescribedSpace {
  readonly description: string;
  readonly positions: readonly Position[];
  readonly rules: readonly string[];
  /** Counts and ranges, exact. */
  summarize(): SpaceSummary;
}

/** A space whose networks can be built. All methods that take an architecture throw BadInputError for a string that is not one of this space. */
interface BuildableSpace {
  /** SHA-256 of the network, lower-case hexadecimal: equal in all spaces. */
  hashOf(architecture: string): string;
  /** Of the float network. */
  costOf(architecture: string): LayerCost;
  /** The float network in canonical form. */
  build(architecture: string, drawn: DrawnNetwork): Graph;
}

/** What may stand in a block: its setting, name, and cost. */
export type BlockChoice = Pick<BlockOption, 'text' | 'spec' | 'key' | 'cost'>;

/** Spaces whose networks are blocks in a row between a stem and a head. */
interface BlockedSpace {
  /** Of each block what may stand there, each that differs once. Absent where networks are no blocks in a row. */
  blockChoices?(): readonly (readonly BlockChoice[])[];
  /** The blocks of an architecture, under their canonical names. @throws BadInputError for a string that is not one of this space */
  blocksOf?(architecture: string): readonly BlockChoice[];
}

/** A space of networks that the program can build, and that targets' rules and a search can cut down. */
export interface NetworkSpace extends CostedSpace, DescribedSpace, BuildableSpace, BlockedSpace {
  /** The canonical string, whatever is restricted. */
  canonical(architecture: string): string;
  /** What a search may forbid: `kernel=7` in all blocks, `block2.kernel=7` in one, `nor_conv_3x3` in a cell. */
  readonly forbiddable: readonly string[];
  /** Those of `forbiddable` that the network has. */
  optionsOf(architecture: string): readonly string[];
  /** The part that the restriction leaves, under the same names. @throws BadInputError when it leaves nothing of some block */
  within(restriction: Restriction): NetworkSpace;
}

/** Enough of a hash to name files and rows by: 12 of 64 digits. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}
