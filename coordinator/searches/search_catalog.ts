import { loadAccuracyTable } from '../../model/nasbench201/accuracy';
import { edges, operations } from '../../model/nasbench201/cell';
import { lowerBounds, type LowerBounds } from '../../model/nasbench201/smallest';
import { liveEdges } from '../../model/nasbench201/topology';
import { cellOf, createNasBench201Space } from '../search/nasbench201_space';
import type { SearchSpace } from '../search/space';
import type { SearchSpec } from '../search/spec';

/** One choice of a space, in words. */
export interface Position {
  readonly name: string;
  readonly choices: readonly string[];
}

/** The spaces and accuracy tables that a specification can name. */
export interface SearchCatalog {
  space(spec: SearchSpec): SearchSpace;
  accuracyPercentOf(spec: SearchSpec): (architecture: string) => number;
  /** What the space chooses between, in the order of its genotypes. */
  positions(spec: SearchSpec): readonly Position[];
  /** What the space chooses from, by name. */
  options(spec: SearchSpec): readonly string[];
  /** Those that the network of an architecture has. */
  optionsOf(spec: SearchSpec, architecture: string): readonly string[];
  /** What no network of the space does with less. */
  lowerBounds(spec: SearchSpec): LowerBounds;
}

/** Loads everything that comes with the program; takes a few hundred milliseconds. */
export function loadSearchCatalog(): SearchCatalog {
  const cells = createNasBench201Space();
  const table = loadAccuracyTable();
  return {
    space: () => cells,
    positions: () => edges.map(([from, to]) => ({ name: `edge ${from}→${to}`, choices: operations })),
    options: () => operations,
    optionsOf: (_, architecture) => liveEdges(cellOf(architecture)).map(({ operation }) => operation),
    lowerBounds: ({ model }) => lowerBounds(model.cellsPerStage),
    accuracyPercentOf: ({ accuracy }) => {
      const percentOf = accuracy.split === 'test' ? table.testAccuracyPercent : table.accuracyPercent;
      const known = new Map<string, number>();
      return (architecture) => {
        const percent = known.get(architecture) ?? percentOf(cellOf(architecture));
        known.set(architecture, percent);
        return percent;
      };
    },
  };
}
