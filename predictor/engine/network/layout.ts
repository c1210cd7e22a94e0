import type { BatchValues } from '../engine';
import { elementCount } from '../../../model/onnx/graph';

/** Between ONNX's order of a weight's axes and the backend's. */
export interface WeightLayout {
  /** The shape in the backend, of ONNX's. */
  readonly shapeOf: (shape: readonly number[]) => readonly number[];
  /** Into the backend's order; `shape` is ONNX's. */
  readonly imported: (values: BatchValues) => Float32Array;
  readonly exported: (data: Float32Array, shape: readonly number[]) => BatchValues;
}

/** `order`: for each axis of the backend the axis of ONNX. */
function permuted(order: readonly number[]): WeightLayout {
  const inverse = order.map((_, axis) => order.indexOf(axis));
  const shapeOf = (shape: readonly number[]): number[] => order.map((axis) => shape[axis] ?? 1);
  return {
    shapeOf,
    imported: ({ data, shape }) => permute(data, shape, order),
    exported: (data, shape) => ({ data: permute(data, shapeOf(shape), inverse), shape }),
  };
}

export const asIs: WeightLayout = {
  shapeOf: (shape) => shape,
  imported: ({ data }) => data,
  exported: (data, shape) => ({ data, shape }),
};
/** OIHW to HWIO. */
export const convLayout = permuted([2, 3, 1, 0]);
/** O1HW to HWO1. */
export const depthwiseLayout = permuted([2, 3, 0, 1]);
/** [out, in] to [in, out]. */
export const denseLayout = permuted([1, 0]);

/** Copies values into another order of axes; `order` says for each new axis the old one. */
function permute(
  data: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array {
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const sizes = order.map((axis) => shape[axis] ?? 1);
  const steps = order.map((axis) => strides[axis] ?? 1);
  const result = new Float32Array(data.length);
  const position = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to += 1) {
    result[to] = data[from] ?? 0;
    for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
      const at = (position[axis] ?? 0) + 1;
      from += steps[axis] ?? 0;
      if (at < (sizes[axis] ?? 1)) {
        position[axis] = at;
        break;
      }
      position[axis] = 0;
      from -= (steps[axis] ?? 0) * (sizes[axis] ?? 1);
    }
  }
  return result;
}
