import { constantOf } from '../../evaluate/making';
import { elementCount, intAttribute, intsAttribute } from '../../graph';
import { broadcastShapes } from './elementwise';
import {
  at,
  normalizeAxis,
  requireIntegers,
  ShapeProblem,
  tensorType,
  type NodeTypes,
  type ShapeRule,
} from './rule';
import { resize } from './resize';

/** Operators that move, cut or repeat values without computing. */
export const layoutRules: Readonly<Record<string, ShapeRule>> = {
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Concat: concat,
  Slice: slice,
  Split: split,
  Pad: pad,
  Resize: resize,
  Upsample: resize,
  Expand: (types) =>
    tensorType(
      types.input(0).elementType,
      broadcastShapes(types.input(0).shape, requireIntegers(types, 1, 'shape')),
    ),
  Tile: tile,
  DepthToSpace: (types) => blocks(types, 1),
  SpaceToDepth: (types) => blocks(types, -1),
  Constant: constant,
  ConstantOfShape: constantOfShape,
};

function reshape(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const target = requireIntegers(types, 1, 'shape');
  const copied = target.map((size, axis) =>
    size === 0 && intAttribute(types.node, 'allowzero', 0) === 0 ? at(shape, axis) : size,
  );
  const known = elementCount(copied.filter((size) => size !== -1));
  const total = elementCount(shape);
  const filled = copied.map((size) => (size === -1 ? total / known : size));
  if (elementCount(filled) !== total || filled.some((size) => !Number.isInteger(size)))
    throw new ShapeProblem(`shape ${shape.join('x')} cannot become ${target.join('x')}`);
  return tensorType(elementType, filled);
}

function flatten(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const axis = intAttribute(types.node, 'axis', 1);
  const cut = axis < 0 ? axis + shape.length : axis;
  return tensorType(elementType, [
    elementCount(shape.slice(0, cut)),
    elementCount(shape.slice(cut)),
  ]);
}

function transpose(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const order = intsAttribute(types.node, 'perm') ?? shape.map((_, axis) => axis).reverse();
  if (new Set(order).size !== shape.length)
    throw new ShapeProblem(`order ${order.join(',')} does not permute ${shape.length} dimensions`);
  return tensorType(
    elementType,
    order.map((axis) => at(shape, axis)),
  );
}

/** Axes moved from an attribute to an input in opset 13. */
function axesOf(types: NodeTypes): readonly number[] | undefined {
  return (
    intsAttribute(types.node, 'axes') ??
    (types.has(1) ? requireIntegers(types, 1, 'axes') : undefined)
  );
}

function squeeze(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const axes = axesOf(types)?.map((axis) => normalizeAxis(axis, shape.length));
  if (axes?.some((axis) => shape[axis] !== 1) === true)
    throw new ShapeProblem(`a dimension of ${shape.join('x')} to drop is not 1`);
  return tensorType(
    elementType,
    shape.filter((size, axis) => (axes === undefined ? size !== 1 : !axes.includes(axis))),
  );
}

function unsqueeze(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const given = axesOf(types) ?? [];
  const rank = shape.length + given.length;
  const added = new Set(given.map((axis) => normalizeAxis(axis, rank)));
  const rest = shape.values();
  return tensorType(
    elementType,
    Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.next().value ?? 1))),
  );
}

function concat(types: NodeTypes): ReturnType<ShapeRule> {
  const shapes = types.node.inputs.map((_, index) => types.input(index).shape);
  const { elementType, shape } = types.input(0);
  const axis = normalizeAxis(intAttribute(types.node, 'axis', 0), shape.length);
  const odd = shapes.find(
    (other) =>
      other.length !== shape.length ||
      other.some((size, index) => index !== axis && size !== shape[index]),
  );
  if (odd !== undefined)
    throw new ShapeProblem(
      `shapes ${shape.join('x')} and ${odd.join('x')} do not concatenate on axis ${axis}`,
    );
  return tensorType(
    elementType,
    shape.with(
      axis,
      shapes.reduce((total, other) => total + at(other, axis), 0),
    ),
  );
}

function slice(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const starts = intsAttribute(types.node, 'starts') ?? requireIntegers(types, 1, 'starts');
  const ends = intsAttribute(types.node, 'ends') ?? requireIntegers(types, 2, 'ends');
  const axes =
    intsAttribute(types.node, 'axes') ??
    (types.has(3) ? requireIntegers(types, 3, 'axes') : starts.map((_, index) => index));
  const steps = types.has(4) ? requireIntegers(types, 4, 'steps') : starts.map(() => 1);
  const result = [...shape];
  axes.forEach((given, index) => {
    const axis = normalizeAxis(given, shape.length);
    result[axis] = sliceLength(at(shape, axis), at(starts, index), {
      end: at(ends, index),
      step: at(steps, index),
    });
  });
  return tensorType(elementType, result);
}

function sliceLength(
  size: number,
  start: number,
  to: { readonly end: number; readonly step: number },
): number {
  const { step } = to;
  if (step === 0) throw new ShapeProblem('a step is 0');
  const clamp = (position: number): number => {
    const counted = position < 0 ? position + size : position;
    return step > 0
      ? Math.min(Math.max(counted, 0), size)
      : Math.min(Math.max(counted, -1), size - 1);
  };
  return Math.max(0, Math.ceil((clamp(to.end) - clamp(start)) / step));
}

function split(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const axis = normalizeAxis(intAttribute(types.node, 'axis', 0), shape.length);
  const parts = types.node.outputs.length;
  const even = Math.ceil(at(shape, axis) / parts);
  const sizes =
    intsAttribute(types.node, 'split') ??
    (types.has(1)
      ? requireIntegers(types, 1, 'split')
      : types.node.outputs.map((_, index) => Math.min(even, at(shape, axis) - index * even)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length !== parts || total !== at(shape, axis))
    throw new ShapeProblem(
      `sizes ${sizes.slice(0, 8).join(', ')} do not split ${at(shape, axis)} into ${parts} parts`,
    );
  return types.node.outputs.map((_, index) => ({
    elementType,
    shape: shape.with(axis, at(sizes, index)),
  }));
}

function tile(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const repeats = requireIntegers(types, 1, 'repeats');
  if (repeats.length !== shape.length || repeats.some((count) => count < 0))
    throw new ShapeProblem(
      `repeats ${repeats.slice(0, 8).join('x')} do not fit ${shape.join('x')}`,
    );
  return tensorType(
    elementType,
    shape.map((size, axis) => size * at(repeats, axis)),
  );
}

function pad(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const pads = intsAttribute(types.node, 'pads') ?? requireIntegers(types, 1, 'pads');
  const axes = types.has(3)
    ? requireIntegers(types, 3, 'axes').map((axis) => normalizeAxis(axis, shape.length))
    : [...shape.keys()];
  if (pads.length !== 2 * axes.length)
    throw new ShapeProblem(
      `pads have ${pads.length} numbers; ${axes.length} dimension(s) take ${2 * axes.length}`,
    );
  const result = [...shape];
  axes.forEach(
    (axis, index) =>
      (result[axis] = at(shape, axis) + at(pads, index) + at(pads, index + axes.length)),
  );
  return tensorType(elementType, result);
}

function blocks(types: NodeTypes, direction: 1 | -1): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const block = intAttribute(types.node, 'blocksize', 1);
  if (shape.length !== 4 || block < 1)
    throw new ShapeProblem(`blocksize ${block} does not fit shape ${shape.join('x')}`);
  const scale = block ** direction;
  const result = [
    at(shape, 0),
    at(shape, 1) / scale ** 2,
    at(shape, 2) * scale,
    at(shape, 3) * scale,
  ];
  if (result.some((size) => !Number.isInteger(size)))
    throw new ShapeProblem(`shape ${shape.join('x')} does not divide into blocks`);
  return tensorType(elementType, result);
}

function constant({ node }: NodeTypes): ReturnType<ShapeRule> {
  const value = constantOf(node);
  if (value === undefined)
    throw new ShapeProblem('its constant is of a kind that is not supported');
  return tensorType(value.elementType, value.shape);
}

function constantOfShape(types: NodeTypes): ReturnType<ShapeRule> {
  const value = types.node.attributes.get('value');
  return tensorType(
    value?.kind === 'tensor' ? value.value.elementType : 'float32',
    requireIntegers(types, 0, 'shape'),
  );
}
