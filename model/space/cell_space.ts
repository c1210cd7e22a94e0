import { createHash } from 'node:crypto';
import { assert } from '../../common/assert';
import { BadInputError } from '../../common/bad_input';
import type { LayerCost } from '../block/network_cost';
import { foldBatchNorm } from '../canonical/passes/fold_batch_norm';
import { costOfOnnx } from '../cost/onnx_cost';
import {
  allCells,
  cellAt,
  cellCount,
  cellIndex,
  edges,
  formatCell,
  operations,
  parseCell,
  type Cell,
} from '../nasbench201/cell';
import { cifarShape, createNetwork, type NetworkShape } from '../nasbench201/network';
import { isomorphismRepresentatives } from '../nasbench201/representatives';
import { canonicalForm, isConnected, liveEdges } from '../nasbench201/topology';
import { elementCount, type Graph } from '../onnx/graph';
import { inferShapes } from '../onnx/shapes/shape_inference';
import type { ArchitectureCost, Space, SpaceSummary } from './space';
import type { CellSpaceDocument } from './space_document';

/**
 * NAS-Bench-201: an architecture is a cell. Isomorphic cells are one, by the benchmark's own definition: 6,466 classes as
 * published, of which 6,461 are networks. (By computation still fewer differ, about 4,930: the published classes
 * keep apart some cells that compute the same.)
 */
export function createCellSpace({ name, description, cellsPerStage }: CellSpaceDocument): Space {
  const shape = { ...cifarShape, cellsPerStage };
  const representatives = isomorphismRepresentatives();
  const canonical = (cell: Cell): string => representatives[cellIndex(cell)] ?? formatCell(cell);
  const cellOf = (genotype: readonly number[]): Cell => {
    assert(genotype.length === edges.length, 'a cell has a choice for each edge');
    return parseCell(genotype.join(''));
  };
  return {
    name,
    description,
    positions: edges.map(([from, to]) => ({ name: `edge${from}-${to}`, values: operations })),
    choices: edges.map(() => operations.length),
    rules: [],
    architectureOf: (genotype) => {
      const cell = cellOf(genotype);
      return isConnected(cell) ? canonical(cell) : undefined;
    },
    genotypeOf: (architecture) =>
      parseCell(architecture).map((operation) => operations.indexOf(operation)),
    canonical: (architecture) => canonical(parseCell(architecture)),
    hashOf: (architecture) => cellHash(parseCell(architecture), shape),
    costOf: (architecture) => costOfCell(parseCell(canonical(parseCell(architecture))), shape),
    featuresOf: (architecture) => {
      const { macs, parameters, weightBytes, peakActivationBytes, operators } = costOfCell(
        parseCell(canonical(parseCell(architecture))),
        shape,
      );
      return Float64Array.of(macs, parameters, weightBytes, peakActivationBytes, operators);
    },
    parts: () => [
      [...allCells()]
        .filter((cell, index) => isConnected(cell) && representatives[index] === formatCell(cell))
        .map((cell) => cell.map((operation) => operations.indexOf(operation))),
    ],
    // A cell needs at least to hand its input on.
    leastCost: () => costOfCell(parseCell('000100'), shape),
    isPermitted: () => true,
    sample: (random) => {
      for (;;) {
        const cell = cellAt(random.below(cellCount));
        // All but 341 of 15,625 are.
        if (isConnected(cell)) return canonical(cell);
      }
    },
    summarize: () => summarize(representatives, shape),
    build: (architecture, { seed }) =>
      foldBatchNorm(createNetwork(parseCell(canonical(parseCell(architecture))), seed, shape)),
  };
}

/** SHA-256 of the network that the cell makes in this shape; equal for isomorphic cells. */
export function cellHash(cell: Cell, shape: NetworkShape): string {
  return createHash('sha256')
    .update(JSON.stringify(['nasbench201', shape, canonicalForm(cell)]))
    .digest('hex');
}

/** @throws BadInputError for a cell that is no network */
function costOfCell(cell: Cell, shape: NetworkShape): LayerCost {
  const trained = createNetwork(cell, 1, shape);
  const folded = foldBatchNorm(trained);
  const types = inferShapes(folded);
  if (!types.ok) throw new BadInputError(types.error);
  const { macs, parameterBytes, peakActivationBytes, operators } = costOfOnnx(folded, types.value);
  return {
    macs,
    parameters: parametersOf(trained),
    weightBytes: parameterBytes,
    peakActivationBytes,
    operators: operators.length,
  };
}

/** As trained: running statistics do not count. */
function parametersOf(trained: Graph): number {
  const statistics = new Set(
    trained.nodes
      .filter(({ kind }) => kind === 'BatchNormalization')
      .flatMap(({ inputs }) => inputs.slice(3)),
  );
  return [...trained.initializers].reduce(
    (sum, [name, tensor]) => sum + (statistics.has(name) ? 0 : elementCount(tensor.shape)),
    0,
  );
}

/** Each live convolution of a cell adds the same, so that three networks tell the cost of all. */
function summarize(representatives: readonly string[], shape: NetworkShape): SpaceSummary {
  const [none, point, window] = ['000100', '000200', '000300'].map((cell) =>
    costOfCell(parseCell(cell), shape),
  );
  assert(
    none !== undefined && point !== undefined && window !== undefined,
    'three cells have three costs',
  );
  const connected = [...allCells()].filter(isConnected);
  const costs = connected.map((cell): ArchitectureCost => {
    const live = liveEdges(cell);
    const [points, windows] = (['nor_conv_1x1', 'nor_conv_3x3'] as const).map(
      (kind) => live.filter(({ operation }) => operation === kind).length,
    );
    const of = (field: keyof ArchitectureCost): number =>
      none[field] +
      (points ?? 0) * (point[field] - none[field]) +
      (windows ?? 0) * (window[field] - none[field]);
    return { macs: of('macs'), parameters: of('parameters') };
  });
  const extreme = (choose: (...values: readonly number[]) => number): ArchitectureCost =>
    costs.reduce((one, other) => ({
      macs: choose(one.macs, other.macs),
      parameters: choose(one.parameters, other.parameters),
    }));
  return {
    options: BigInt(connected.length),
    networks: BigInt(new Set(connected.map((cell) => representatives[cellIndex(cell)])).size),
    least: extreme(Math.min),
    most: extreme(Math.max),
  };
}
