import { intAttribute } from '../../graph';
import {
  at,
  normalizeAxis,
  requireIntegers,
  ShapeProblem,
  tensorType,
  type NodeTypes,
  type ShapeRule,
} from './rule';

/** Operators that pick values by index, and those that say or count a shape. */
export const indexingRules: Readonly<Record<string, ShapeRule>> = {
  Gather: gather,
  GatherElements: (types) => tensorType(types.input(0).elementType, types.input(1).shape),
  GatherND: gatherNd,
  ScatterND: scatter,
  ScatterElements: scatter,
  Scatter: scatter,
  Shape: (types) => {
    const rank = types.input(0).shape.length;
    return tensorType('int64', [
      Array<number>(rank)
        .fill(0)
        .slice(intAttribute(types.node, 'start', 0), intAttribute(types.node, 'end', rank)).length,
    ]);
  },
  Size: () => tensorType('int64', []),
  Range: range,
};

function gather(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const axis = normalizeAxis(intAttribute(types.node, 'axis', 0), shape.length);
  const size = at(shape, axis);
  const outside = types.integers(1)?.find((index) => index < -size || index >= size);
  if (outside !== undefined)
    throw new ShapeProblem(
      `index ${outside} does not exist in dimension ${axis} of ${shape.join('x')}`,
    );
  return tensorType(elementType, [
    ...shape.slice(0, axis),
    ...types.input(1).shape,
    ...shape.slice(axis + 1),
  ]);
}

function gatherNd(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const indices = types.input(1).shape;
  const batch = intAttribute(types.node, 'batch_dims', 0);
  return tensorType(elementType, [
    ...indices.slice(0, -1),
    ...shape.slice(batch + at(indices, indices.length - 1)),
  ]);
}

function scatter(types: NodeTypes): ReturnType<ShapeRule> {
  return [types.input(0)];
}

function range(types: NodeTypes): ReturnType<ShapeRule> {
  const [start, limit, delta] = [
    requireIntegers(types, 0, 'start'),
    requireIntegers(types, 1, 'limit'),
    requireIntegers(types, 2, 'delta'),
  ].map((values) => at(values, 0));
  if (start === undefined || limit === undefined || delta === undefined || delta === 0)
    throw new ShapeProblem('its delta is 0');
  return tensorType(types.input(0).elementType, [Math.max(0, Math.ceil((limit - start) / delta))]);
}
