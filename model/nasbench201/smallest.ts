import { assert } from '../../common/assert';
import { foldBatchNorm } from '../canonical/passes/fold_batch_norm';
import { costOfOnnx } from '../cost/onnx_cost';
import { inferShapes } from '../onnx/shapes/shape_inference';
import { parseCell, type Cell } from './cell';
import { cifarShape, createNetwork } from './network';
import { parameterCount } from './parameters';
import { liveEdges } from './topology';

/** What no network of the space does with less. */
export interface LowerBounds {
  readonly macs: number;
  readonly parameters: number;
  /** Of an int8 model. */
  readonly peakActivationBytes: number;
  /** Of an int8 model's file. */
  readonly modelBytes: number;
}

/** Every cell needs at least to hand its input on, which costs nothing: the rest of the network is in all of them. */
const emptiestCell = parseCell('|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|');

/** Bytes of a float32 value for each byte of an int8 one. */
const floatShare = 4;

/** Of all cells from the emptiest network, of some from those with the fewest convolutions; takes some ten milliseconds for each. */
export function lowerBounds(
  cellsPerStage: number,
  cells: readonly Cell[] = [emptiestCell],
): LowerBounds {
  const emptiest = boundsOf(emptiestCell, cellsPerStage);
  const bounds = leanest(cells).map((cell) => boundsOf(cell, cellsPerStage));
  const least = (of: (bound: LowerBounds) => number): number =>
    bounds.reduce((lowest, bound) => Math.min(lowest, of(bound)), Infinity);
  if (bounds.length === 0) return emptiest;
  return {
    macs: least(({ macs }) => macs),
    parameters: least(({ parameters }) => parameters),
    peakActivationBytes: emptiest.peakActivationBytes,
    modelBytes: least(({ modelBytes }) => modelBytes),
  };
}

/** Each live convolution of a kind costs the same wherever it stands in a cell: of the cells that have as few of one kind as any with as few of the other, one each. */
function leanest(cells: readonly Cell[]): readonly Cell[] {
  const counted = cells.map((cell) => {
    const live = liveEdges(cell);
    const count = (kind: string): number =>
      live.filter(({ operation }) => operation === kind).length;
    return { cell, points: count('nor_conv_1x1'), windows: count('nor_conv_3x3') };
  });
  let fewest = Infinity;
  const lean = counted
    .toSorted((a, b) => a.points - b.points || a.windows - b.windows)
    .filter(({ windows }) => {
      const isFewer = windows < fewest;
      fewest = Math.min(fewest, windows);
      return isFewer;
    });
  return lean.map(({ cell }) => cell);
}

function boundsOf(cell: Cell, cellsPerStage: number): LowerBounds {
  const network = foldBatchNorm(createNetwork(cell, 1, { ...cifarShape, cellsPerStage }));
  const types = inferShapes(network);
  assert(types.ok, 'a network made here has shapes');
  const { macs, peakActivationBytes } = costOfOnnx(network, types.value);
  const parameters = parameterCount(network);
  // A parameter takes a byte or, as a bias, four; a model's file holds its structure too.
  return {
    macs,
    parameters,
    peakActivationBytes: Math.ceil(peakActivationBytes / floatShare),
    modelBytes: parameters,
  };
}
