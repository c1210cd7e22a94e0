import * as tf from '@tensorflow/tfjs-core';
import type { Node, Tensor } from '../../../../model/onnx/graph';
import type { ForwardPass } from '../parameter';

/** A value of a graph, of a whole batch. */
export interface GraphTensor {
  readonly tensor: tf.Tensor;
  /** An image may lie pixel by pixel, as the backends' convolutions want it; all else lies as ONNX says. */
  readonly layout: 'nhwc' | 'onnx';
  /** ONNX's first axis is the batch, or the batch stands before all of ONNX's axes: tokens TxC. */
  readonly batch: 'first' | 'before';
}

export interface OperatorContext {
  readonly node: Node;
  readonly pass: ForwardPass;
  /** The operand's value where it is a constant of the graph. */
  constant(index: number): Tensor | undefined;
  /** The operand where it is a parameter, in the backend's order. */
  parameter(index: number): tf.Tensor | undefined;
}

/** `operands`: those that nodes or the input make, in their order; there is one at least. */
export type GraphOperator = (
  operands: readonly [GraphTensor, ...GraphTensor[]],
  context: OperatorContext,
) => GraphTensor;

/** By ONNX's name of the operator. */
export type OperatorTable = Readonly<Record<string, GraphOperator>>;

/** Value by value: nothing but the tensor changes. */
export function pointwise(
  compute: (x: tf.Tensor, context: OperatorContext) => tf.Tensor,
): GraphOperator {
  return ([operand], context) => ({ ...operand, tensor: compute(operand.tensor, context) });
}

export function asImage(operand: GraphTensor): tf.Tensor4D {
  return (
    operand.layout === 'nhwc' ? operand.tensor : tf.transpose(operand.tensor, [0, 2, 3, 1])
  ) as tf.Tensor4D;
}

export function asOnnx(operand: GraphTensor): GraphTensor {
  return operand.layout === 'onnx'
    ? operand
    : { ...operand, tensor: tf.transpose(operand.tensor, [0, 3, 1, 2]), layout: 'onnx' };
}

export function image(tensor: tf.Tensor): GraphTensor {
  return { tensor, layout: 'nhwc', batch: 'first' };
}

/** The axis of the held tensor, of ONNX's. */
export function heldAxis({ tensor, batch }: GraphTensor, axis: number): number {
  if (axis < 0) return tensor.rank + axis;
  return batch === 'first' ? axis : axis + 1;
}

/** Numbers of a constant operand, such as a shape. */
export function numbersOf(constant: Tensor | undefined): readonly number[] {
  return constant === undefined ? [] : Array.from(constant.data, Number);
}
