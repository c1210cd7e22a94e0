import { intAttribute, intsAttribute, type Tensor, type TensorType } from '../graph';
import type { NodeEvaluation, Evaluator } from './evaluation';
import {
  broadcastStrides,
  joined,
  numbersOf,
  offsetsOf,
  picked,
  reshaped,
  rowMajorStrides,
} from './tensor_values';

/** Operators that move values without computing. */
export const movementEvaluators: Readonly<Record<string, Evaluator>> = {
  Identity: sameValues,
  Dropout: (evaluation, output) =>
    (evaluation.node.inputs[2] ?? '') === '' ? sameValues(evaluation, output) : undefined,
  Reshape: sameValues,
  Flatten: sameValues,
  Squeeze: sameValues,
  Unsqueeze: sameValues,
  Transpose: transpose,
  Concat: concat,
  Slice: slice,
  Gather: gather,
  Expand: expand,
  Tile: tile,
};

function sameValues({ constant }: NodeEvaluation, { shape }: TensorType): Tensor | undefined {
  const tensor = constant(0);
  return tensor === undefined ? undefined : reshaped(tensor, shape);
}

function transpose({ node, constant }: NodeEvaluation, { shape }: TensorType): Tensor | undefined {
  const tensor = constant(0);
  if (tensor === undefined) return undefined;
  const order = intsAttribute(node, 'perm') ?? shape.map((_, axis) => axis).reverse();
  const strides = rowMajorStrides(tensor.shape);
  return picked(
    tensor,
    shape,
    offsetsOf(
      shape,
      order.map((axis) => strides[axis] ?? 0),
    ),
  );
}

function concat({ node, constant }: NodeEvaluation, { shape }: TensorType): Tensor | undefined {
  const parts = node.inputs.map((_, index) => constant(index));
  const axis = intAttribute(node, 'axis', 0);
  return parts.every((part) => part !== undefined)
    ? joined(parts, axis < 0 ? axis + shape.length : axis, shape)
    : undefined;
}

/** Input `index`, or before opset 10 the attribute of that name. */
function listOf(
  { node, constant }: NodeEvaluation,
  index: number,
  name: string,
): readonly number[] | undefined {
  const attribute = intsAttribute(node, name);
  if (attribute !== undefined) return attribute;
  const tensor = constant(index);
  const numbers = tensor === undefined ? undefined : numbersOf(tensor);
  return numbers === undefined ? undefined : Array.from(numbers);
}

function slice(evaluation: NodeEvaluation, { shape }: TensorType): Tensor | undefined {
  const tensor = evaluation.constant(0);
  const starts = listOf(evaluation, 1, 'starts');
  if (tensor === undefined || starts === undefined) return undefined;
  const axes = listOf(evaluation, 3, 'axes') ?? starts.map((_, index) => index);
  const steps = listOf(evaluation, 4, 'steps') ?? starts.map(() => 1);
  const strides = [...rowMajorStrides(tensor.shape)];
  let base = 0;
  axes.forEach((given, index) => {
    const axis = given < 0 ? given + tensor.shape.length : given;
    const [size, start, step, stride] = [
      tensor.shape[axis] ?? 0,
      starts[index] ?? 0,
      steps[index] ?? 1,
      strides[axis] ?? 0,
    ];
    base +=
      Math.min(Math.max(start < 0 ? start + size : start, 0), step < 0 ? size - 1 : size) * stride;
    strides[axis] = stride * step;
  });
  return picked(tensor, shape, offsetsOf(shape, strides, base));
}

function gather({ node, constant }: NodeEvaluation, { shape }: TensorType): Tensor | undefined {
  const tensor = constant(0);
  const indexTensor = constant(1);
  const indices = indexTensor === undefined ? undefined : numbersOf(indexTensor);
  if (tensor === undefined || indices === undefined) return undefined;
  const given = intAttribute(node, 'axis', 0);
  const axis = given < 0 ? given + tensor.shape.length : given;
  const size = tensor.shape[axis] ?? 0;
  const strides = rowMajorStrides(tensor.shape);
  const inner = offsetsOf(tensor.shape.slice(axis + 1), strides.slice(axis + 1));
  const outer = offsetsOf(tensor.shape.slice(0, axis), strides.slice(0, axis));
  const offsets = new Int32Array(outer.length * indices.length * inner.length);
  let position = 0;
  for (const start of outer) {
    for (let index = 0; index < indices.length; index += 1) {
      const chosen = indices[index] ?? 0;
      const counted = chosen < 0 ? chosen + size : chosen;
      if (counted < 0 || counted >= size) return undefined;
      for (const offset of inner)
        offsets[position++] = start + counted * (strides[axis] ?? 1) + offset;
    }
  }
  return picked(tensor, shape, offsets);
}

function expand({ constant }: NodeEvaluation, { shape }: TensorType): Tensor | undefined {
  const tensor = constant(0);
  return tensor === undefined
    ? undefined
    : picked(tensor, shape, offsetsOf(shape, broadcastStrides(tensor.shape, shape)));
}

function tile({ constant }: NodeEvaluation, { shape }: TensorType): Tensor | undefined {
  const tensor = constant(0);
  if (tensor === undefined) return undefined;
  // Each axis is walked as (repeats, size): the repeats do not move.
  const split = shape.flatMap((size, axis) => [
    size / Math.max(1, tensor.shape[axis] ?? 1),
    tensor.shape[axis] ?? 1,
  ]);
  return picked(
    tensor,
    shape,
    offsetsOf(
      split,
      rowMajorStrides(tensor.shape).flatMap((stride) => [0, stride]),
    ),
  );
}
