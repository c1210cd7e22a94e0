import { assert } from '../../../common/assert';
import { loadAccuracyTable } from '../../../model/nasbench201/accuracy';
import { edges, operations } from '../../../model/nasbench201/cell';
import { cifarShape } from '../../../model/nasbench201/network';
import { lowerBounds } from '../../../model/nasbench201/smallest';
import { liveEdges } from '../../../model/nasbench201/topology';
import { cellHash } from '../../../model/space/cell_space';
import { cellOf, createNasBench201Space } from '../../../search/nasbench201_space';
import { genotypeAt, genotypeCount, restrictSpace, type SearchSpace } from '../../../search/space';
import type { SearchSpec } from '../../../search/spec';
import type { AccurateNetwork, Admitted, SearchableSpace } from './searchable_space';

/** NAS-Bench-201 with its tables of accuracies. All targets run all of it. */
export function openCellSpace(): SearchableSpace {
  const cells = createNasBench201Space();
  const table = loadAccuracyTable();
  const optionsOf = (architecture: string): readonly string[] =>
    liveEdges(cellOf(architecture)).map(({ operation }) => operation);
  const accuracyPercentOf = ({ accuracy }: SearchSpec): ((architecture: string) => number) => {
    assert(accuracy?.kind === 'table', 'the accuracies of cells are in a table');
    const percentOf = accuracy.split === 'test' ? table.testAccuracyPercent : table.accuracyPercent;
    const known = new Map<string, number>();
    return (architecture) => {
      const percent = known.get(architecture) ?? percentOf(cellOf(architecture));
      known.set(architecture, percent);
      return percent;
    };
  };
  const within = (spec: SearchSpec, { forbidden, accuracyPercentMin }: Admitted): SearchSpace => {
    const allowed =
      forbidden.length === 0
        ? cells
        : restrictSpace(
            cells,
            (architecture) => !optionsOf(architecture).some((option) => forbidden.includes(option)),
          );
    if (accuracyPercentMin === undefined) return allowed;
    const percentOf = accuracyPercentOf(spec);
    return restrictSpace(allowed, (architecture) => percentOf(architecture) >= accuracyPercentMin);
  };
  return {
    space: cells,
    positions: edges.map(([from, to]) => ({ name: `edge ${from}→${to}`, choices: operations })),
    options: operations,
    optionsOf,
    within,
    accuracyPercentOf,
    problemOf: ({ accuracy }) =>
      accuracy?.kind === 'table'
        ? undefined
        : 'field accuracy: nasbench201 has a table of accuracies; remove kind: additive',
    hashesOf: ({ model: { cellsPerStage = cifarShape.cellsPerStage } }) => {
      const shape = { ...cifarShape, cellsPerStage };
      return (architecture) => cellHash(cellOf(architecture), shape);
    },
    mostAccurate: (spec, restriction) => {
      const percentOf = accuracyPercentOf(spec);
      return namesOf(within(spec, restriction)).reduce<AccurateNetwork | undefined>(
        (best, architecture) => {
          const accuracyPercent = percentOf(architecture);
          return best === undefined || accuracyPercent > best.accuracyPercent
            ? { architecture, accuracyPercent }
            : best;
        },
        undefined,
      );
    },
    lowerBounds: (spec, admitted) => {
      const { cellsPerStage } = spec.model;
      assert(
        cellsPerStage !== undefined,
        'a specification of cells says how many there are to a stage',
      );
      return lowerBounds(cellsPerStage, namesOf(within(spec, admitted)).map(cellOf));
    },
  };
}

/** Each network of the space once. */
function namesOf(space: SearchSpace): readonly string[] {
  const names = new Set<string>();
  for (let index = 0; index < genotypeCount(space); index += 1) {
    const architecture = space.architectureOf(genotypeAt(space, index));
    if (architecture !== undefined) names.add(architecture);
  }
  return [...names];
}
