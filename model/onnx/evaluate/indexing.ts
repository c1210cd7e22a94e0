import {
  elementCount,
  intAttribute,
  stringAttribute,
  type Tensor,
  type TensorType,
} from '../graph';
import type { NodeEvaluation, Evaluator } from './evaluation';
import { joined, numbersOf, offsetsOf, picked, reshaped, rowMajorStrides } from './tensor_values';

/** Operators that read or write values at places that a second tensor lists. */
export const indexingEvaluators: Readonly<Record<string, Evaluator>> = {
  GatherElements: gatherElements,
  GatherND: gatherNd,
  ScatterElements: scatterElements,
  Scatter: scatterElements,
  ScatterND: scatterNd,
};

/** For each element of the index tensor, its place in the data; undefined when an index is out of range. */
function elementPlaces(
  evaluation: NodeEvaluation,
  data: Tensor,
  indices: Tensor,
): Int32Array | undefined {
  const numbers = numbersOf(indices);
  const given = intAttribute(evaluation.node, 'axis', 0);
  const axis = given < 0 ? given + data.shape.length : given;
  const strides = rowMajorStrides(data.shape);
  const size = data.shape[axis] ?? 0;
  const places = offsetsOf(
    indices.shape,
    strides.map((stride, index) => (index === axis ? 0 : stride)),
  );
  for (let index = 0; index < places.length; index += 1) {
    const chosen = counted(numbers?.[index], size);
    if (chosen === undefined) return undefined;
    places[index] = (places[index] ?? 0) + chosen * (strides[axis] ?? 1);
  }
  return places;
}

function counted(index: number | undefined, size: number): number | undefined {
  if (index === undefined) return undefined;
  const fromStart = index < 0 ? index + size : index;
  return fromStart >= 0 && fromStart < size ? fromStart : undefined;
}

function gatherElements(evaluation: NodeEvaluation, { shape }: TensorType): Tensor | undefined {
  const [data, indices] = [evaluation.constant(0), evaluation.constant(1)];
  const places =
    data === undefined || indices === undefined
      ? undefined
      : elementPlaces(evaluation, data, indices);
  return data === undefined || places === undefined ? undefined : picked(data, shape, places);
}

/** The beginnings of the slices that the last axis of the index tensor names, all as long as `inner`. */
function slicePlaces(
  data: Tensor,
  indices: Tensor,
): { readonly starts: Int32Array; readonly inner: number } | undefined {
  const numbers = numbersOf(indices);
  const depth = indices.shape.at(-1) ?? 0;
  const strides = rowMajorStrides(data.shape);
  const starts = new Int32Array(depth === 0 ? 0 : indices.data.length / depth);
  for (let row = 0; row < starts.length; row += 1) {
    for (let axis = 0; axis < depth; axis += 1) {
      const chosen = counted(numbers?.[row * depth + axis], data.shape[axis] ?? 0);
      if (chosen === undefined) return undefined;
      starts[row] = (starts[row] ?? 0) + chosen * (strides[axis] ?? 1);
    }
  }
  return { starts, inner: elementCount(data.shape.slice(depth)) };
}

function gatherNd({ node, constant }: NodeEvaluation, { shape }: TensorType): Tensor | undefined {
  const [data, indices] = [constant(0), constant(1)];
  const places =
    data === undefined || indices === undefined || intAttribute(node, 'batch_dims', 0) !== 0
      ? undefined
      : slicePlaces(data, indices);
  return data === undefined || places === undefined
    ? undefined
    : picked(data, shape, expanded(places));
}

function expanded({
  starts,
  inner,
}: {
  readonly starts: Int32Array;
  readonly inner: number;
}): Int32Array {
  return Int32Array.from(
    { length: starts.length * inner },
    (_, index) => (starts[Math.floor(index / inner)] ?? 0) + (index % inner),
  );
}

function scatterElements(evaluation: NodeEvaluation, { shape }: TensorType): Tensor | undefined {
  const [data, indices, updates] = [0, 1, 2].map((index) => evaluation.constant(index));
  const places =
    data === undefined || indices === undefined
      ? undefined
      : elementPlaces(evaluation, data, indices);
  return overwritten(evaluation, { data, updates, places, shape });
}

function scatterNd(evaluation: NodeEvaluation, { shape }: TensorType): Tensor | undefined {
  const [data, indices, updates] = [0, 1, 2].map((index) => evaluation.constant(index));
  const slices =
    data === undefined || indices === undefined ? undefined : slicePlaces(data, indices);
  return overwritten(evaluation, {
    data,
    updates,
    places: slices === undefined ? undefined : expanded(slices),
    shape,
  });
}

interface Overwriting {
  readonly data: Tensor | undefined;
  readonly updates: Tensor | undefined;
  readonly places: Int32Array | undefined;
  readonly shape: readonly number[];
}

/** Data and updates are joined, and each place takes its element from one of the two: the last update wins. */
function overwritten(
  { node }: NodeEvaluation,
  { data, updates, places, shape }: Overwriting,
): Tensor | undefined {
  if (
    data === undefined ||
    updates === undefined ||
    places?.length !== updates.data.length ||
    stringAttribute(node, 'reduction', 'none') !== 'none'
  )
    return undefined;
  const count = data.data.length;
  const both = joined([reshaped(data, [count]), reshaped(updates, [places.length])], 0, [
    count + places.length,
  ]);
  const sources = Int32Array.from({ length: count }, (_, index) => index);
  places.forEach((place, index) => (sources[place] = count + index));
  return both === undefined ? undefined : picked(both, shape, sources);
}
