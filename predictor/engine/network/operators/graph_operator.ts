import type * as tf from '@tensorflow/tfjs-core';
import { assert } from '../../../../common/assert';
import type { Node, Tensor } from '../../../../model/onnx/graph';
import type { ForwardPass } from '../parameter';
import type { GraphTensor } from './graph_tensor';

/** One node in one forward pass. */
export interface OperatorContext {
  readonly node: Node;
  readonly pass: ForwardPass;
  /** The operand where an earlier node or the input makes it. */
  readonly made: (index: number) => GraphTensor | undefined;
  /** The operand's value where it is a constant of the graph. */
  readonly constant: (index: number) => Tensor | undefined;
  /** The operand where it is a parameter, in the backend's order. */
  readonly parameter: (index: number) => tf.Tensor | undefined;
  /** ONNX's, of one sample. */
  readonly outputShape: (index: number) => readonly number[];
}

/** What the node makes, one for each of its outputs. */
export type GraphOperator = (context: OperatorContext) => GraphTensor | readonly GraphTensor[];

/** By ONNX's name of the operator. */
export type OperatorTable = Readonly<Record<string, GraphOperator>>;

/** The operand on which the operator works; nodes of which it is a constant are refused when they are read. */
export function operandOf(context: OperatorContext, index = 0): GraphTensor {
  const operand = context.made(index);
  assert(operand !== undefined, `operand ${index} of a node is made before it`);
  return operand;
}

/** Value by value: nothing but the tensor changes. */
export function pointwise(
  compute: (x: tf.Tensor, context: OperatorContext) => tf.Tensor,
): GraphOperator {
  return (context) => {
    const operand = operandOf(context);
    return { ...operand, tensor: compute(operand.tensor, context) };
  };
}

/** Numbers of a constant operand, such as a shape. */
export function numbersOf(constant: Tensor | undefined): readonly number[] {
  return constant === undefined ? [] : Array.from(constant.data, Number);
}
