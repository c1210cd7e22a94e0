import { loadAccuracyTable } from '../../model/nasbench201/accuracy';
import { cellOf, createNasBench201Space } from '../search/nasbench201_space';
import type { SearchSpace } from '../search/space';
import type { SearchSpec } from '../search/spec';

/** The spaces and accuracy tables that a specification can name. */
export interface SearchCatalog {
  space(spec: SearchSpec): SearchSpace;
  accuracyPercentOf(spec: SearchSpec): (architecture: string) => number;
}

/** Loads everything that comes with the program; takes a few hundred milliseconds. */
export function loadSearchCatalog(): SearchCatalog {
  const cells = createNasBench201Space();
  const table = loadAccuracyTable();
  return {
    space: () => cells,
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
