import { intAttribute, stringAttribute, type Node } from '../../graph';
import { at, ShapeProblem, tensorType, type NodeTypes, type ShapeRule } from './rule';
import { perAxis, requireChannels, requireKernel, windowKernel } from './window_attributes';

/** Operators that slide a window over the image: convolutions and pools, NCHW. */
export const windowRules: Readonly<Record<string, ShapeRule>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: (types) => [
    pool(types),
    ...types.node.outputs.slice(1).map(() => ({ ...pool(types), elementType: 'int64' as const })),
  ],
  AveragePool: (types) => [pool(types)],
  LpPool: (types) => [pool(types)],
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
};

function conv(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const weight = types.input(1).shape;
  const group = groupOf(types.node);
  if (shape.length < 3 || weight.length !== shape.length)
    throw new ShapeProblem(`input ${shape.join('x')} does not fit weights ${weight.join('x')}`);
  if (at(weight, 1) * group !== at(shape, 1))
    throw new ShapeProblem(
      `weights ${weight.join('x')} with ${group} group(s) expect ${at(weight, 1) * group} channels, the input has ${at(shape, 1)}`,
    );
  if (at(weight, 0) % group !== 0)
    throw new ShapeProblem(`${at(weight, 0)} output channels do not divide into ${group} groups`);
  requireKernel(types.node, weight);
  requireChannels(types, 2, { channels: at(weight, 0), what: 'bias' });
  return tensorType(elementType, [
    at(shape, 0),
    at(weight, 0),
    ...windows(types.node, shape.slice(2), weight.slice(2)),
  ]);
}

function groupOf(node: Node): number {
  const group = intAttribute(node, 'group', 1);
  if (!(group >= 1)) throw new ShapeProblem(`group ${group} is not positive`);
  return group;
}

function convTranspose(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const weight = types.input(1).shape;
  const { node } = types;
  const group = groupOf(node);
  if (shape.length < 3 || weight.length !== shape.length || at(weight, 0) !== at(shape, 1))
    throw new ShapeProblem(`input ${shape.join('x')} does not fit weights ${weight.join('x')}`);
  if (at(shape, 1) % group !== 0)
    throw new ShapeProblem(`${at(shape, 1)} channels do not divide into ${group} groups`);
  requireKernel(node, weight);
  requireChannels(types, 2, { channels: at(weight, 1) * group, what: 'bias' });
  const spatial = shape.slice(2);
  const { strides, dilations, pads, extra, wanted } = perAxis(node, spatial.length);
  const automatic = stringAttribute(node, 'auto_pad', 'NOTSET').startsWith('SAME');
  const sizes = spatial.map((size, axis) => {
    const reached =
      (size - 1) * at(strides, axis) + (at(weight, axis + 2) - 1) * at(dilations, axis) + 1;
    // Behind it a further window would begin.
    const largest = reached + at(strides, axis) - 1;
    if (at(extra, axis) >= Math.max(at(strides, axis), at(dilations, axis)))
      throw new ShapeProblem(
        `output_padding ${at(extra, axis)} is not smaller than its stride or dilation`,
      );
    if (wanted !== undefined && !(at(wanted, axis) >= 1 && at(wanted, axis) <= largest))
      throw new ShapeProblem(
        `output_shape ${wanted.join('x')} is not within reach: along axis ${axis + 2} expected 1 to ${largest}`,
      );
    if (wanted !== undefined) return at(wanted, axis);
    // ONNX says input times stride; ONNX Runtime leaves out what no window reaches, and it is the one that runs.
    if (automatic) return Math.min(size * at(strides, axis), reached + at(extra, axis));
    return reached + at(extra, axis) - at(pads, axis) - at(pads, axis + spatial.length);
  });
  return tensorType(elementType, [at(shape, 0), at(weight, 1) * group, ...sizes]);
}

function pool(types: NodeTypes): ReturnType<ShapeRule>[number] {
  const { elementType, shape } = types.input(0);
  const kernel = windowKernel(types.node, shape);
  return {
    elementType,
    shape: [at(shape, 0), at(shape, 1), ...windows(types.node, shape.slice(2), kernel)],
  };
}

function globalPool(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  return tensorType(elementType, [at(shape, 0), at(shape, 1), ...shape.slice(2).map(() => 1)]);
}

/** How many windows fit along each axis. */
function windows(
  node: Node,
  spatial: readonly number[],
  kernel: readonly number[],
): readonly number[] {
  const { strides, dilations, pads } = perAxis(node, spatial.length);
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  const round = intAttribute(node, 'ceil_mode', 0) === 1 ? Math.ceil : Math.floor;
  return spatial.map((size, axis) => {
    const stride = at(strides, axis);
    if (autoPad.startsWith('SAME')) return Math.ceil(size / stride);
    const reach = (at(kernel, axis) - 1) * at(dilations, axis) + 1;
    const padding = autoPad === 'VALID' ? 0 : at(pads, axis) + at(pads, axis + spatial.length);
    let count = round((size + padding - reach) / stride) + 1;
    // With ceil_mode a last window that would start in the padding behind the image is left out.
    if (
      round === Math.ceil &&
      (count - 1) * stride >= size + (autoPad === 'VALID' ? 0 : at(pads, axis))
    )
      count -= 1;
    if (!(count > 0)) throw new ShapeProblem(`a window of ${reach} does not fit ${size} pixels`);
    return count;
  });
}
