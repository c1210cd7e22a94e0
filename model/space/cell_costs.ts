import { assert } from '../../common/assert';
import { foldBatchNorm } from '../canonical/passes/fold_batch_norm';
import type { LayerCost } from '../block/network_cost';
import { costOfOnnx } from '../cost/onnx_cost';
import { parseCell, type Cell } from '../nasbench201/cell';
import { createNetwork, type NetworkShape } from '../nasbench201/network';
import { liveEdges } from '../nasbench201/topology';
import { elementCount, type Graph } from '../onnx/graph';
import { inferShapes } from '../onnx/shapes/shape_inference';
import type { ArchitectureCost } from './network_space';
import type { CostBounds } from './space';

/** Bytes of a float32 value for each byte of an int8 one. */
const float32PerInt8 = 4;

/** Every cell needs at least to hand its input on, which costs nothing: the rest of the network is in all of them. */
const emptiestCell = parseCell('000100');

/** Live convolutions of a cell: all that its cost depends on, memory for activations aside. */
interface Convolutions {
  /** 1×1. */
  readonly points: number;
  /** 3×3. */
  readonly windows: number;
}

/** @throws BadInputError for a cell that is no network */
export function costOfCell(cell: Cell, shape: NetworkShape): LayerCost {
  const trained = createNetwork(cell, 1, shape);
  const folded = foldBatchNorm(trained);
  const types = inferShapes(folded);
  assert(types.ok, 'a network made here has shapes');
  const { macs, parameterBytes, peakActivationBytes, operators } = costOfOnnx(folded, types.value);
  return {
    macs,
    parameters: trainedParameters(trained),
    weightBytes: parameterBytes,
    peakActivationBytes,
    operators: operators.length,
  };
}

/** What no network of these cells has less of; of none the emptiest network's. Takes some ten milliseconds for each that is lean. */
export function boundsOfCells(cells: readonly Cell[], shape: NetworkShape): CostBounds {
  const emptiest = costOfCell(emptiestCell, shape);
  const costs =
    cells.length === 0 ? [emptiest] : leanest(cells).map((cell) => costOfCell(cell, shape));
  const least = (of: (cost: LayerCost) => number): number => Math.min(...costs.map(of));
  return {
    macs: least(({ macs }) => macs),
    parameters: least(({ parameters }) => parameters),
    peakActivationBytes: Math.ceil(emptiest.peakActivationBytes / float32PerInt8),
    modelBytes: Math.ceil(least(({ weightBytes }) => weightBytes) / float32PerInt8),
  };
}

/** The least and the most of the cells: each live convolution adds the same, so that three networks tell the cost of all. */
export function costRange(
  cells: readonly Cell[],
  shape: NetworkShape,
): { readonly least: ArchitectureCost; readonly most: ArchitectureCost } {
  const costOf = (ops: string): LayerCost => costOfCell(parseCell(ops), shape);
  const [none, point, window] = [
    costOfCell(emptiestCell, shape),
    costOf('000200'),
    costOf('000300'),
  ];
  const costs = cells.map(convolutionsOf).map(({ points, windows }): ArchitectureCost => {
    const of = (field: keyof ArchitectureCost): number =>
      none[field] + points * (point[field] - none[field]) + windows * (window[field] - none[field]);
    return { macs: of('macs'), parameters: of('parameters') };
  });
  const extreme = (choose: (...values: readonly number[]) => number): ArchitectureCost =>
    costs.reduce((one, other) => ({
      macs: choose(one.macs, other.macs),
      parameters: choose(one.parameters, other.parameters),
    }));
  return { least: extreme(Math.min), most: extreme(Math.max) };
}

/** Of the cells that have as few convolutions of one kind as any with as few of the other, one each. */
function leanest(cells: readonly Cell[]): readonly Cell[] {
  let fewest = Infinity;
  return cells
    .map((cell) => ({ cell, ...convolutionsOf(cell) }))
    .toSorted((a, b) => a.points - b.points || a.windows - b.windows)
    .filter(({ windows }) => {
      const isFewer = windows < fewest;
      fewest = Math.min(fewest, windows);
      return isFewer;
    })
    .map(({ cell }) => cell);
}

function convolutionsOf(cell: Cell): Convolutions {
  const live = liveEdges(cell);
  const count = (kind: string): number => live.filter(({ operation }) => operation === kind).length;
  return { points: count('nor_conv_1x1'), windows: count('nor_conv_3x3') };
}

/** Running statistics do not count. */
function trainedParameters(trained: Graph): number {
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
