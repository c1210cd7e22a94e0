import { BadInputError } from '../../common/bad_input';
import type { LowerBounds } from '../../model/nasbench201/smallest';
import { shippedSpaceNames } from '../../model/space/load_space';
import type { Restriction } from '../../model/space/restrict';
import type { Position } from '../../search/additive_accuracy';
import type { SearchSpace } from '../../search/space';
import type { SearchSpec } from '../../search/spec';
import { openBlockSpace } from './space/block_space';
import { openCellSpace } from './space/cell_space';
import type { AccurateNetwork, Admitted, SearchableSpace } from './space/searchable_space';

/** The spaces and accuracies that a specification can name. */
export interface SearchCatalog {
  /** Loads all spaces, which takes some hundred milliseconds: for a program that must not stand still later. */
  openAll(): void;
  /** What keeps the specification's space from being searched as it says: the field, and the remedy. Nothing else may be asked of a specification with a problem. */
  problemOf(spec: SearchSpec): string | undefined;
  space(spec: SearchSpec): SearchSpace;
  /** The part whose networks the targets' rules permit on all of them, that has none of the options, and is accurate enough. @throws BadInputError when rules and options leave nothing */
  spaceWithin(spec: SearchSpec, admitted: Admitted): SearchSpace;
  accuracyPercentOf(spec: SearchSpec): (architecture: string) => number;
  /** Of the networks that are permitted, exactly; undefined when there are none. @throws BadInputError when the rules leave nothing */
  mostAccurate(spec: SearchSpec, restriction: Restriction): AccurateNetwork | undefined;
  /** The hash of each architecture's network as the specification has it built: equal in all spaces. */
  hashesOf(spec: SearchSpec): (architecture: string) => string;
  /** What the space chooses between, in the order of its genotypes. */
  positions(spec: SearchSpec): readonly Position[];
  /** What the space chooses from, by name. */
  options(spec: SearchSpec): readonly string[];
  /** Those that the network of an architecture has. */
  optionsOf(spec: SearchSpec, architecture: string): readonly string[];
  /** What no admitted network does with less, each by itself. */
  lowerBounds(spec: SearchSpec, admitted: Admitted): LowerBounds;
}

/** Each space is loaded when it is first asked for; takes a few hundred milliseconds. */
export function loadSearchCatalog(): SearchCatalog {
  const opened = new Map<string, SearchableSpace>();
  const open = ({ space }: Pick<SearchSpec, 'space'>): SearchableSpace => {
    if (!shippedSpaceNames().includes(space)) throw new BadInputError(unknownSpace(space));
    const found =
      opened.get(space) ?? (space === 'nasbench201' ? openCellSpace() : openBlockSpace(space));
    opened.set(space, found);
    return found;
  };
  return {
    openAll: () => {
      for (const space of shippedSpaceNames()) open({ space });
    },
    problemOf: (spec) =>
      shippedSpaceNames().includes(spec.space)
        ? open(spec).problemOf(spec)
        : unknownSpace(spec.space),
    space: (spec) => open(spec).space,
    spaceWithin: (spec, admitted) => open(spec).within(spec, admitted),
    accuracyPercentOf: (spec) => open(spec).accuracyPercentOf(spec),
    mostAccurate: (spec, restriction) => open(spec).mostAccurate(spec, restriction),
    hashesOf: (spec) => open(spec).hashesOf(spec),
    positions: (spec) => open(spec).positions,
    options: (spec) => open(spec).options,
    optionsOf: (spec, architecture) => open(spec).optionsOf(architecture),
    lowerBounds: (spec, admitted) => open(spec).lowerBounds(spec, admitted),
  };
}

function unknownSpace(space: string): string {
  return `field space: there is no search space ${space}; choose one of ${shippedSpaceNames().join(', ')}`;
}
