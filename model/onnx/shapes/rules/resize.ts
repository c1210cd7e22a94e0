import { at, ShapeProblem, tensorType, type NodeTypes, type ShapeRule } from './rule';

/** Sizes come as `sizes` (input 3) or as `scales` (input 2; input 1 of Upsample and of Resize before opset 11). */
export function resize(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const sizes = types.has(3) ? types.integers(3) : undefined;
  if (sizes?.length === shape.length) return tensorType(elementType, sizes);
  const scalesInput = types.node.kind === 'Upsample' || types.opset < 11 ? 1 : 2;
  const scales = types.has(scalesInput) ? types.integers(scalesInput) : undefined;
  if (scales?.length !== shape.length)
    throw new ShapeProblem('its sizes are computed from data, so its output has no fixed shape');
  return tensorType(
    elementType,
    shape.map((size, axis) => Math.floor(Math.fround(size * at(scales, axis)))),
  );
}
