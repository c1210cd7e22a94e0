import { createHash } from 'node:crypto';
import { assert } from '../../common/assert';
import { foldBatchNorm } from '../canonical/passes/fold_batch_norm';
import {
  allCells,
  cellIndex,
  edges,
  formatCell,
  operations,
  parseCell,
  type Cell,
} from '../nasbench201/cell';
import { cellFeatures } from '../nasbench201/cell_features';
import { cifarShape, createNetwork, type NetworkShape } from '../nasbench201/network';
import { isomorphismRepresentatives } from '../nasbench201/representatives';
import { cellPositions } from './cell_positions';
import { canonicalForm, isConnected, liveEdges } from '../nasbench201/topology';
import { boundsOfCells, costOfCell, costRange } from './cell_costs';
import { filterSpace } from './filtered_space';
import { drawChoices, listNetworks } from './genotype';
import { lazy } from './lazy';
import type { NetworkSpace, Restriction, SpaceSummary } from './network_space';
import type { Genotype, Space } from './space';
import type { CellSpaceDocument } from './space_document';

/** What is shared by all parts of one space. */
interface CellParts {
  readonly document: CellSpaceDocument;
  readonly shape: NetworkShape;
  /** Of each cell by index the first isomorphic to it. */
  readonly representatives: () => readonly string[];
}

/**
 * NAS-Bench-201: an architecture is a cell. Isomorphic cells are one, by the benchmark's own definition: 6,466 classes as
 * published, of which 6,461 are networks. (By computation still fewer differ, about 4,930: the published classes
 * keep apart some cells that compute the same.) All targets run all of it.
 */
export function createCellSpace(document: CellSpaceDocument): NetworkSpace {
  const parts = {
    document,
    shape: { ...cifarShape, cellsPerStage: document.cellsPerStage },
    representatives: lazy(isomorphismRepresentatives),
  };
  return spaceOf(parts, allOf(parts));
}

/** `searched`: what is left of the cells. */
function spaceOf(parts: CellParts, searched: Space): NetworkSpace {
  const { document, shape } = parts;
  const cells = lazy(() => (listNetworks(searched) ?? []).map(parseCell));
  return {
    ...searched,
    description: document.description,
    positions: cellPositions,
    rules: [],
    canonical: (architecture) => canonical(parts, parseCell(architecture)),
    hashOf: (architecture) => hashOf(parseCell(architecture), shape),
    costOf: (architecture) => costOfCell(parseCell(architecture), shape),
    costBounds: (architectures) => boundsOfCells(architectures?.map(parseCell) ?? cells(), shape),
    summarize: () => summarize(parts, searched),
    build: (architecture, { seed }) =>
      foldBatchNorm(createNetwork(parseCell(architecture), seed, shape)),
    forbiddable: operations,
    optionsOf,
    within: ({ forbidden }: Restriction) =>
      forbidden.length === 0
        ? spaceOf(parts, searched)
        : spaceOf(parts, without(searched, forbidden)),
  };
}

/** All cells whose output sees their input. */
function allOf({ document, representatives }: CellParts): Space {
  const choices = edges.map(() => operations.length);
  const architectures = lazy(() =>
    Array.from(allCells(), (cell, index) =>
      isConnected(cell) ? representatives()[index] : undefined,
    ),
  );
  return {
    name: document.name,
    choices,
    architectureOf: (genotype) => architectures()[indexOf(genotype)],
    genotypeOf: (architecture) =>
      parseCell(architecture).map((operation) => operations.indexOf(operation)),
    featuresOf: (architecture) => cellFeatures(parseCell(architecture)),
    draw: (random) => drawChoices(choices, random),
  };
}

function without(space: Space, forbidden: readonly string[]): Space {
  return filterSpace(
    space,
    (architecture) => !optionsOf(architecture).some((option) => forbidden.includes(option)),
  );
}

/** An operation on an edge that carries nothing is none of the network's. */
function optionsOf(architecture: string): readonly string[] {
  return liveEdges(parseCell(architecture)).map(({ operation }) => operation);
}

/** The choices are the digits of the op vector, which counts the cells. */
function indexOf(genotype: Genotype): number {
  assert(genotype.length === edges.length, 'a cell has a choice for each edge');
  return genotype.reduce((index, choice) => index * operations.length + choice, 0);
}

function canonical({ representatives }: CellParts, cell: Cell): string {
  return representatives()[cellIndex(cell)] ?? formatCell(cell);
}

/** Of the network that the cell makes in this shape; equal for isomorphic cells. */
function hashOf(cell: Cell, shape: NetworkShape): string {
  return createHash('sha256')
    .update(JSON.stringify(['nasbench201', shape, canonicalForm(cell)]))
    .digest('hex');
}

function summarize(parts: CellParts, searched: Space): SpaceSummary {
  const admitted = [...allCells()].filter(
    (cell) => searched.architectureOf(cell.map((each) => operations.indexOf(each))) !== undefined,
  );
  const networks = new Set(admitted.map((cell) => canonical(parts, cell)));
  return {
    options: BigInt(admitted.length),
    networks: BigInt(networks.size),
    ...costRange(admitted, parts.shape),
  };
}
