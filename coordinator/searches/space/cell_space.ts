import { assert } from '../../../common/assert';
import { loadAccuracyTable } from '../../../model/nasbench201/accuracy';
import { edges, operations } from '../../../model/nasbench201/cell';
import { lowerBounds } from '../../../model/nasbench201/smallest';
import { liveEdges } from '../../../model/nasbench201/topology';
import { cellOf, createNasBench201Space } from '../../search/nasbench201_space';
import { restrictSpace } from '../../search/space';
import type { SearchableSpace } from './searchable_space';

/** NAS-Bench-201 with its tables of accuracies. All targets run all of it. */
export function openCellSpace(): SearchableSpace {
  const cells = createNasBench201Space();
  const table = loadAccuracyTable();
  const optionsOf = (architecture: string): readonly string[] => liveEdges(cellOf(architecture)).map(({ operation }) => operation);
  return {
    space: cells,
    positions: edges.map(([from, to]) => ({ name: `edge ${from}→${to}`, choices: operations })),
    options: operations,
    optionsOf,
    within: ({ forbidden }) => (forbidden.length === 0 ? cells : restrictSpace(cells, (architecture) => !optionsOf(architecture).some((option) => forbidden.includes(option)))),
    problemOf: ({ accuracy }) => (accuracy?.kind === 'table' ? undefined : 'field accuracy: nasbench201 has a table of accuracies; remove kind: additive'),
    mostAccuracyPercent: () => 100,
    lowerBounds: ({ model: { cellsPerStage } }) => {
      assert(cellsPerStage !== undefined, 'a specification of cells says how many there are to a stage');
      return lowerBounds(cellsPerStage);
    },
    accuracyPercentOf: ({ accuracy }) => {
      assert(accuracy?.kind === 'table', 'the accuracies of cells are in a table');
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
