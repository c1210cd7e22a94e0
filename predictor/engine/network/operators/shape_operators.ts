import * as tf from '@tensorflow/tfjs-core';
import { assert } from '../../../../common/assert';
import { intAttribute, intsAttribute } from '../../../../model/onnx/graph';
import {
  numbersOf,
  operandOf,
  type GraphOperator,
  type OperatorContext,
  type OperatorTable,
} from './graph_operator';
import { asOnnx, heldAxis, image, shaped, workable, type GraphTensor } from './graph_tensor';

const reshape: GraphOperator = (context) =>
  shaped(asOnnx(operandOf(context)), context.outputShape(0));

/** Other arrangements of the same values, and means. */
export const shapeOperators: OperatorTable = {
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Transpose: (context) => {
    const order = intsAttribute(context.node, 'perm') ?? reversed(context.outputShape(0).length);
    return transposed(operandOf(context), order, context.outputShape(0));
  },
  Concat: concatenate,
  Slice: (context) => {
    const [starts = [], ends = [], axes] = [1, 2, 3].map((index) =>
      numbersOf(context.constant(index)),
    );
    const along = axes?.length === starts.length ? axes : starts.map((_, index) => index);
    return starts.reduce(
      (x, start, index) => sliced(x, { axis: along[index] ?? 0, start, end: ends[index] ?? 0 }),
      operandOf(context),
    );
  },
  Split: (context) => {
    const axis = intAttribute(context.node, 'axis', 0);
    const x = workable(operandOf(context), [axis]);
    const rank = context.outputShape(0).length;
    const sizes = context.node.outputs.map(
      (_, index) => context.outputShape(index).at(axis < 0 ? axis + rank : axis) ?? 1,
    );
    return tf
      .split(x.tensor, sizes, heldAxis(x, axis))
      .map((tensor) => ({ layout: x.layout, tensor }));
  },
  Gather: (context) => {
    const axis = intAttribute(context.node, 'axis', 0);
    const x = workable(operandOf(context), [axis]);
    // Slices, because the gradient of a gathering needs a kernel that not every backend has.
    const parts = numbersOf(context.constant(1)).map(
      (index) => sliced(x, { axis, start: index, end: index === -1 ? Infinity : index + 1 }).tensor,
    );
    const gathered: GraphTensor = { layout: x.layout, tensor: tf.concat(parts, heldAxis(x, axis)) };
    return context.constant(1)?.shape.length === 1
      ? gathered
      : shaped(asOnnx(gathered), context.outputShape(0));
  },
  ReduceMean: reduce((x, axes) => tf.mean(x, axes, true)),
  ReduceSum: reduce((x, axes) => tf.sum(x, axes, true)),
  ReduceMax: reduce((x, axes) => tf.max(x, axes, true)),
};

function reversed(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
}

/** Between an image's two orders nothing moves, as it lies pixel by pixel anyway. */
function transposed(
  x: GraphTensor,
  order: readonly number[],
  outputShape: readonly number[],
): GraphTensor {
  if (x.layout === 'nhwc' && order.join() === '0,2,3,1') return shaped(x.tensor, outputShape);
  if (x.layout === 'onnx' && order.join() === '0,3,1,2' && outputShape[0] === 1) {
    const [samples = 1, , ...pixels] = x.tensor.shape;
    return image(tf.reshape(x.tensor, [samples, ...pixels]));
  }
  return {
    layout: 'onnx',
    tensor: tf.transpose(asOnnx(x), [0, ...order.map((axis) => axis + 1)]),
  };
}

interface SliceRange {
  readonly axis: number;
  /** As ONNX has them: below zero from the end, and whatever is beyond it is it. */
  readonly start: number;
  readonly end: number;
}

function sliced(operand: GraphTensor, { axis, start, end }: SliceRange): GraphTensor {
  const x = workable(operand, [axis]);
  const held = heldAxis(x, axis);
  const length = x.tensor.shape[held] ?? 1;
  const within = (at: number): number => Math.min(length, Math.max(0, at < 0 ? at + length : at));
  const begin = x.tensor.shape.map((_, each) => (each === held ? within(start) : 0));
  const size = x.tensor.shape.map((whole, each) =>
    each === held ? Math.max(0, within(end) - within(start)) : whole,
  );
  return { layout: x.layout, tensor: tf.slice(x.tensor, begin, size) };
}

function concatenate(context: OperatorContext): GraphTensor {
  const axis = intAttribute(context.node, 'axis', 0);
  const made = context.node.inputs.map((_, index) => context.made(index));
  const [first] = made.flatMap((each) => each ?? []);
  assert(first !== undefined, 'a concatenation has an operand that is made');
  if (made.every((each) => each?.layout === 'nhwc') && axis !== 0 && axis !== -4)
    return image(
      tf.concat(
        made.flatMap((each) => each?.tensor ?? []),
        heldAxis(first, axis),
      ),
    );
  const [samples = 1] = first.tensor.shape;
  const all = made.map((each, index) =>
    each === undefined ? forEach(samples, context, index) : asOnnx(each),
  );
  const [any = first.tensor] = all;
  return {
    layout: 'onnx',
    tensor: tf.concat(all, heldAxis({ layout: 'onnx', tensor: any }, axis)),
  };
}

/** A constant as every sample has it. */
function forEach(samples: number, context: OperatorContext, index: number): tf.Tensor {
  const constant = context.constant(index);
  const tensor =
    context.parameter(index) ??
    tf.tensor(Float32Array.from(numbersOf(constant)), [...(constant?.shape ?? [])]);
  // A tile has no gradient of many axes.
  return tf.add(tf.zeros([samples, ...tensor.shape]), tf.expandDims(tensor, 0));
}

/** `compute` keeps the axes, as 1. */
function reduce(compute: (x: tf.Tensor, axes: number[]) => tf.Tensor): GraphOperator {
  return (context) => {
    const given = numbersOf(context.constant(1));
    const operand = operandOf(context);
    const rank = operand.layout === 'nhwc' ? 4 : operand.tensor.rank - 1;
    const axes = given.length > 0 ? given : reversed(rank);
    const x = workable(operand, axes);
    const tensor = compute(
      x.tensor,
      axes.map((axis) => heldAxis(x, axis)),
    );
    const kept: GraphTensor = { layout: x.layout, tensor };
    return intAttribute(context.node, 'keepdims', 1) === 1
      ? kept
      : shaped(asOnnx(kept), context.outputShape(0));
  };
}
