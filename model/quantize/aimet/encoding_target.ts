import type { Graph } from '../../onnx/graph';
import type { ActivationType, NetworkEncodings } from '../encoding/encoding';
import type { QuantizerPlacement } from '../placement/placement';

/** What a file is applied to: a graph, its plan, and the encodings that statistics give it. */
export interface EncodingTarget {
  readonly graph: Graph;
  readonly placement: QuantizerPlacement;
  readonly encodings: NetworkEncodings;
  readonly activationType: ActivationType;
}
