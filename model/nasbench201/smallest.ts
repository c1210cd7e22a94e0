import { assert } from '../../common/assert';
import { foldBatchNorm } from '../canonical/fold_batch_norm';
import { costOfOnnx } from '../cost/onnx_cost';
import { inferShapes } from '../onnx/shape_inference';
import { parseCell } from './cell';
import { cifarShape, createNetwork } from './network';
import { parameterCount } from './parameters';

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
const emptiestCell = '|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|';

/** Bytes of a float32 value for each byte of an int8 one. */
const floatShare = 4;

/** From the emptiest network; takes some ten milliseconds. */
export function lowerBounds(cellsPerStage: number): LowerBounds {
  const network = foldBatchNorm(createNetwork(parseCell(emptiestCell), 1, { ...cifarShape, cellsPerStage }));
  const types = inferShapes(network);
  assert(types.ok, 'a network made here has shapes');
  const { macs, peakActivationBytes } = costOfOnnx(network, types.value);
  const parameters = parameterCount(network);
  // A parameter takes a byte or, as a bias, four; a model's file holds its structure too.
  return { macs, parameters, peakActivationBytes: Math.ceil(peakActivationBytes / floatShare), modelBytes: parameters };
}
