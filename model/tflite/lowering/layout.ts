/**
 * The order in which a tensor's dimensions stand in the file: entry i names the ONNX dimension at stored position i. So
 * [0, 2, 3, 1] is an image in NHWC. Transposing in ONNX then costs nothing until an operator insists on an order.
 */
export type Layout = readonly number[];

/** Images in TFLite: height, width, channels. */
export const channelsLast: Layout = [0, 2, 3, 1];

export function plainLayout(rank: number): Layout {
  return Array.from({ length: rank }, (_, index) => index);
}

export function storedShape(shape: readonly number[], layout: Layout): readonly number[] {
  return layout.map((dimension) => shape[dimension] ?? 1);
}

/** The stored position of an ONNX dimension; negative axes count from the end. */
export function storedAxis(layout: Layout, axis: number): number {
  return layout.indexOf(axis < 0 ? axis + layout.length : axis);
}

/** Whether the values stand in the same order under both layouts: dimensions of size 1 do not matter. */
export function sameOrder(shape: readonly number[], first: Layout, second: Layout): boolean {
  const moving = (layout: Layout): readonly number[] =>
    layout.filter((dimension) => shape[dimension] !== 1);
  return sameNumbers(moving(first), moving(second));
}

/** The layout that keeps the order of the others and puts one dimension last. */
export function withLast(layout: Layout, dimension: number): Layout {
  return layout.at(-1) === dimension
    ? layout
    : [...layout.filter((other) => other !== dimension), dimension];
}

/** The layout of ONNX's Transpose of a tensor, when its values stay where they are. */
export function throughTranspose(layout: Layout, permutation: readonly number[]): Layout {
  return layout.map((dimension) => permutation.indexOf(dimension));
}

/** With dimensions of size 1 before it, as broadcasting to a higher rank does. */
export function withLeading(layout: Layout, count: number): Layout {
  return [...plainLayout(count), ...layout.map((dimension) => dimension + count)];
}

/**
 * The layout of ONNX's Reshape of a tensor, when its values stay where they are: dimensions that merge or split must stand
 * together, in ONNX's order. Undefined when the values have to move. [N, C, H, W] in NHWC reshaped to [N, C, H·W] is N, H·W, C.
 */
export function throughReshape(
  from: readonly number[],
  layout: Layout,
  to: readonly number[],
): Layout | undefined {
  const groups = matchedGroups(from, to);
  if (groups === undefined) return undefined;
  const groupOf = new Map(
    groups.flatMap((group, index) => group.from.map((dimension) => [dimension, index] as const)),
  );
  const placed: number[] = [];
  const moving = layout.filter((dimension) => from[dimension] !== 1);
  for (let position = 0; position < moving.length;) {
    const group = groups[groupOf.get(moving[position] ?? -1) ?? -1];
    if (
      group === undefined ||
      !sameNumbers(moving.slice(position, position + group.from.length), group.from)
    )
      return undefined;
    placed.push(...group.to);
    position += group.from.length;
  }
  return withUnits(placed, to);
}

/**
 * The nearest layout from which `throughReshape` succeeds: the dimensions of each group together and in ONNX's order, the
 * groups as their last dimensions stand now.
 */
export function gatheredForReshape(
  from: readonly number[],
  layout: Layout,
  to: readonly number[],
): Layout {
  const groups = matchedGroups(from, to) ?? [];
  const last = (group: ReshapeGroup): number =>
    Math.max(...group.from.map((dimension) => layout.indexOf(dimension)));
  const placed = groups.toSorted((a, b) => last(a) - last(b)).flatMap((group) => group.from);
  return groups.length === 0 ? plainLayout(from.length) : withUnits(placed, from);
}

interface ReshapeGroup {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Pairs the fewest consecutive dimensions of both shapes whose products agree; dimensions of size 1 belong to no group. */
function matchedGroups(
  from: readonly number[],
  to: readonly number[],
): readonly ReshapeGroup[] | undefined {
  const sources = plainLayout(from.length).filter((dimension) => from[dimension] !== 1);
  const targets = plainLayout(to.length).filter((dimension) => to[dimension] !== 1);
  const groups: ReshapeGroup[] = [];
  while (sources.length > 0 && targets.length > 0) {
    const group: { readonly from: number[]; readonly to: number[] } = { from: [], to: [] };
    let [sourceSize, targetSize] = [take(sources, from, group.from), take(targets, to, group.to)];
    while (sourceSize !== targetSize) {
      if (sourceSize < targetSize && sources.length > 0)
        sourceSize *= take(sources, from, group.from);
      else if (targetSize < sourceSize && targets.length > 0)
        targetSize *= take(targets, to, group.to);
      else return undefined;
    }
    groups.push(group);
  }
  return sources.length === 0 && targets.length === 0 ? groups : undefined;
}

function take(dimensions: number[], shape: readonly number[], into: number[]): number {
  const dimension = dimensions.shift() ?? 0;
  into.push(dimension);
  return shape[dimension] ?? 1;
}

/** Puts the dimensions of size 1 where they read best: those that lead ONNX's order first, others before the next larger one. */
function withUnits(placed: readonly number[], shape: readonly number[]): Layout {
  const leading = shape.findIndex((size) => size !== 1);
  const units = plainLayout(shape.length).filter((dimension) => shape[dimension] === 1);
  if (leading === -1) return units;
  const layout = [...placed];
  for (const dimension of units.filter((unit) => unit > leading).toReversed()) {
    const next = layout.indexOf(dimension + 1);
    layout.splice(next === -1 ? layout.length : next, 0, dimension);
  }
  return [...units.filter((unit) => unit < leading), ...layout];
}

export function sameNumbers(first: readonly number[], second: readonly number[]): boolean {
  return first.length === second.length && first.every((value, index) => value === second[index]);
}
