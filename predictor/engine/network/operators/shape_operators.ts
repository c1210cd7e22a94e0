import * as tf from '@tensorflow/tfjs-core';
import { intAttribute, intsAttribute } from '../../../../model/onnx/graph';
import {
  asImage,
  asOnnx,
  heldAxis,
  image,
  numbersOf,
  type GraphTensor,
  type OperatorTable,
} from './graph_operator';

/** Other arrangements of the same values, and means. */
export const shapeOperators: OperatorTable = {
  Reshape: ([operand], context) => reshaped(asOnnx(operand), numbersOf(context.constant(1))),
  Flatten: ([operand]) => {
    const { tensor } = asOnnx(operand);
    return {
      tensor: tf.reshape(tensor, [tensor.shape[0], -1]),
      layout: 'onnx',
      batch: 'first',
    };
  },
  Transpose: ([operand], { node }) => {
    const x = asOnnx(operand);
    const order = intsAttribute(node, 'perm') ?? [];
    const held = x.batch === 'first' ? order : [0, ...order.map((axis) => axis + 1)];
    return { ...x, tensor: tf.transpose(x.tensor, [...held]) };
  },
  Concat: (operands, context) => {
    const axis = intAttribute(context.node, 'axis', 0);
    if (
      operands.length === context.node.inputs.length &&
      operands.every(({ layout }) => layout === 'nhwc') &&
      axis === 1
    )
      return image(tf.concat(operands.map(asImage), 3));
    return concatenated(operands.map(asOnnx), axis, context);
  },
  Slice: ([operand], context) => {
    const x = asOnnx(operand);
    const [starts, ends, axes] = [1, 2, 3].map((index) => numbersOf(context.constant(index)));
    const begin = x.tensor.shape.map(() => 0);
    const size = [...x.tensor.shape];
    starts?.forEach((start, index) => {
      const axis = heldAxis(x, axes?.[index] ?? index);
      const length = x.tensor.shape[axis] ?? 1;
      const within = (at: number): number =>
        Math.min(length, Math.max(0, at < 0 ? at + length : at));
      begin[axis] = within(start);
      size[axis] = Math.max(0, within(ends?.[index] ?? length) - within(start));
    });
    return { ...x, tensor: tf.slice(x.tensor, begin, size) };
  },
  Gather: ([operand], context) => {
    const x = asOnnx(operand);
    const axis = heldAxis(x, intAttribute(context.node, 'axis', 0));
    const constant = context.constant(1);
    const indices = tf.tensor1d([...numbersOf(constant)], 'int32');
    const gathered = tf.gather(x.tensor, indices, axis);
    return { ...x, tensor: constant?.shape.length === 0 ? tf.squeeze(gathered, [axis]) : gathered };
  },
  Squeeze: ([operand], context) => {
    const x = asOnnx(operand);
    const axes = numbersOf(context.constant(1)).map((axis) => heldAxis(x, axis));
    return { ...x, tensor: tf.squeeze(x.tensor, axes) };
  },
  Unsqueeze: ([operand], context) => {
    const x = asOnnx(operand);
    return numbersOf(context.constant(1)).reduce<GraphTensor>(
      (made, axis) => ({ ...made, tensor: tf.expandDims(made.tensor, heldAxis(made, axis)) }),
      x,
    );
  },
  ReduceMean: ([operand], context) => {
    const x = asOnnx(operand);
    const axes = numbersOf(context.constant(1)).map((axis) => heldAxis(x, axis));
    return {
      ...x,
      tensor: tf.mean(x.tensor, axes, intAttribute(context.node, 'keepdims', 1) === 1),
    };
  },
};

/** A first dimension of 1 is the batch; a shape without one is that of every image by itself. */
function reshaped(x: GraphTensor, shape: readonly number[]): GraphTensor {
  const [batch] = x.tensor.shape;
  const own = shape.map((dimension, axis) =>
    dimension === 0 ? (x.tensor.shape[heldAxis(x, axis)] ?? 1) : dimension,
  );
  return x.batch === 'first' && (shape[0] === 1 || shape[0] === 0)
    ? { ...x, tensor: tf.reshape(x.tensor, [batch, ...own.slice(1)]) }
    : { tensor: tf.reshape(x.tensor, [batch, ...own]), layout: 'onnx', batch: 'before' };
}

function concatenated(
  made: readonly GraphTensor[],
  axis: number,
  context: Parameters<NonNullable<OperatorTable[string]>>[1],
): GraphTensor {
  const [first] = made;
  const batch = first?.tensor.shape[0] ?? 1;
  let next = 0;
  const all = context.node.inputs.map((_, index): tf.Tensor => {
    const parameter = context.parameter(index);
    if (parameter === undefined) return made[next++]?.tensor ?? tf.scalar(0);
    const own = first?.batch === 'first' ? parameter.shape.slice(1) : parameter.shape;
    return tf.tile(tf.reshape(parameter, [1, ...own]), [batch, ...own.map(() => 1)]);
  });
  const x = first ?? image(tf.scalar(0));
  return { ...x, tensor: tf.concat(all, heldAxis(x, axis)) };
}
