import { BadInputError } from '../../../common/bad_input';
import type { FloatTensor } from '../../execute/session';
import type { Graph } from '../../onnx/graph';
import type { Range } from '../encoding/encoding';

/** What is to be run instead of the float network, and what becomes of its outputs. */
export interface Collector {
  readonly graph: Graph;
  /** @throws BadInputError for values that are not finite */
  readonly take: (input: FloatTensor, outputs: ReadonlyMap<string, FloatTensor>) => void;
  readonly ranges: () => ReadonlyMap<string, Range>;
}

export function notFinite(tensor: string): BadInputError {
  return new BadInputError(
    `tensor ${tensor} is not finite on the calibration data; the network or the data is broken`,
  );
}
