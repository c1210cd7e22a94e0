import { assert } from '../common/assert';
import { allCells, edges, operations, parseCell, type Cell } from '../model/nasbench201/cell';
import { cellFeatures } from '../model/nasbench201/cell_features';
import { isomorphismRepresentatives } from '../model/nasbench201/representatives';
import { isConnected } from '../model/nasbench201/topology';
import { drawChoices, type Genotype, type SearchSpace } from './space';

/**
 * NAS-Bench-201 cells whose output sees their input. An architecture is the cell string of the first of its isomorphic cells,
 * by op vector. Takes some 100 ms: create it once.
 */
export function createNasBench201Space(): SearchSpace {
  const representatives = isomorphismRepresentatives();
  const choices = edges.map(() => operations.length);
  const architectures = Array.from(allCells(), (cell, index) =>
    isConnected(cell) ? representatives[index] : undefined,
  );
  return {
    name: 'nasbench201',
    choices,
    architectureOf: (genotype) => architectures[indexOf(genotype)],
    genotypeOf: (architecture) =>
      parseCell(architecture).map((operation) => operations.indexOf(operation)),
    featuresOf: (architecture) => cellFeatures(parseCell(architecture)),
    draw: (random) => drawChoices(choices, random),
  };
}

/** The cell of an architecture of this space. */
export function cellOf(architecture: string): Cell {
  return parseCell(architecture);
}

/** The choices are the digits of the op vector, which counts the cells. */
function indexOf(genotype: Genotype): number {
  assert(genotype.length === edges.length, 'a cell has a choice for each edge');
  return genotype.reduce((index, choice) => index * operations.length + choice, 0);
}
