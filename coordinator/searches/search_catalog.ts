import { BadInputError } from '../../common/bad_input';
import { createSpace, withCellsPerStage } from '../../model/space/create_space';
import { documentOf, shippedSpaceNames } from '../../model/space/load_space';
import { countOptions } from '../../model/space/block_plan';
import type { SpaceReference } from '../../model/space/space_reference';
import type { NetworkSpace } from '../../model/space/network_space';
import type { AccuracySource } from '../../search/accuracy/accuracy_source';
import type { SearchSpec } from '../../search/spec/search_spec';
import { createAccuracyCatalog } from './accuracy_catalog';

/** The spaces and accuracies that a specification can name. */
export interface SearchCatalog {
  /** Loads all shipped spaces, which takes some hundred milliseconds: for a program that must not stand still later. */
  openAll(): void;
  /** What keeps the specification's space from being searched as it says: the field, and the remedy. Nothing else may be asked of a specification with a problem. */
  problemOf(spec: SearchSpec): string | undefined;
  /** As the specification has its networks built. */
  space(spec: SearchedSpace): NetworkSpace;
  accuracy(spec: SearchSpec): AccuracySource;
}

type SearchedSpace = Pick<SearchSpec, 'space' | 'model'>;

/** Spaces that are kept, those that come with the program among them; each is some megabytes once it was searched. */
const mostKept = 32;

/** Of all blocks of a space of one's own; all are looked at when the space is opened, some hundred microseconds each. */
const mostOwnOptions = 20_000;

/** Each space is loaded when it is first asked for; takes a few hundred milliseconds. */
export function loadSearchCatalog(): SearchCatalog {
  const opened = new Map<string, NetworkSpace>();
  const accuracies = createAccuracyCatalog();
  const open = (spec: SearchedSpace): NetworkSpace => {
    const { cellsPerStage } = spec.model;
    const key = JSON.stringify([spec.space, cellsPerStage]);
    const found = opened.get(key) ?? openSpace(spec);
    if (opened.size >= mostKept && !opened.has(key)) opened.clear();
    opened.set(key, found);
    return found;
  };
  return {
    openAll: () => {
      for (const space of shippedSpaceNames()) open({ space, model: { seed: 1 } });
    },
    problemOf: (spec) => {
      try {
        return problemOfOwn(spec.space) ?? accuracies.problemOf(spec, open(spec));
      } catch (error) {
        if (error instanceof BadInputError) return error.message;
        throw error;
      }
    },
    space: open,
    accuracy: (spec) => accuracies.open(spec, open(spec)),
  };
}

function openSpace({ space, model: { cellsPerStage } }: SearchedSpace): NetworkSpace {
  return createSpace(withCellsPerStage(documentOf(space), cellsPerStage), 'field space');
}

/** A space of the user's own must be told from those that come with the program, and be of a size that never holds up the coordinator. */
function problemOfOwn(reference: SpaceReference): string | undefined {
  if (typeof reference === 'string') return undefined;
  const { name } = reference;
  if (shippedSpaceNames().includes(name))
    return `field space.name: ${name} comes with the program; give yours another name, or write space: ${name}`;
  const options = reference.kind === 'cells' ? 0 : countOptions(reference);
  return options > mostOwnOptions
    ? `field space.blocks: ${options} options in all blocks; a search takes at most ${mostOwnOptions}: leave some choices out`
    : undefined;
}
