import type { Attribute } from '../onnx/graph';
import type { Shape } from './layer_shape';

/** A constant that an operator reads: drawn or trained for its layer, or given by the operator itself. */
export interface OperatorConstant {
  readonly name: string;
  readonly shape: Shape;
  readonly values:
    | { readonly kind: 'trained' }
    | {
        readonly kind: 'given';
        readonly elementType: 'float32' | 'int64';
        readonly data: readonly number[];
      };
}

/** One ONNX operator that is to be; cost and emission both read it. It makes one tensor, named like it. */
export interface Operator {
  readonly kind: string;
  readonly name: string;
  /** In ONNX's order; names are of tensors in the segment. */
  readonly inputs: readonly (string | OperatorConstant)[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputShape: Shape;
}
