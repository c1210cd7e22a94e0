import type { ElementType, Node, TensorType } from '../../graph';

/** What the rule of an operator is told about one node. */
export interface NodeTypes {
  readonly node: Node;
  readonly opset: number;
  /** The type of input `index`. Throws ShapeProblem when the node lacks it. */
  readonly input: (index: number) => TensorType;
  readonly has: (index: number) => boolean;
  /** Input `index` as integers, when it is a constant or computed from constants and shapes. */
  readonly integers: (index: number) => readonly number[] | undefined;
}

/** Gives the types of a node's outputs, in order. */
export type ShapeRule = (types: NodeTypes) => readonly TensorType[];

/** A node whose inputs do not fit it. Converted to an error value by shape inference. */
export class ShapeProblem extends Error {}

export function tensorType(
  elementType: ElementType,
  shape: readonly number[],
): readonly [TensorType] {
  return [{ elementType, shape }];
}

/** Counts a negative axis from the end. */
export function normalizeAxis(axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(normalized) || normalized < 0 || normalized >= Math.max(rank, 1))
    throw new ShapeProblem(`axis ${axis} does not exist in ${rank} dimensions`);
  return normalized;
}

export function at(list: readonly number[], index: number): number {
  const value = list[index];
  if (value === undefined)
    throw new ShapeProblem(`dimension ${index} does not exist in shape ${list.join('x')}`);
  return value;
}

/** A list that decides the output's shape; `role` says which. */
export function requireIntegers(types: NodeTypes, index: number, role: string): readonly number[] {
  const values = types.integers(index);
  if (values === undefined)
    throw new ShapeProblem(`its ${role} is computed from data, so its output has no fixed shape`);
  return values;
}
