import { intAttribute, intsAttribute, stringAttribute, type Node } from '../graph';
import { at, ShapeProblem, tensorType, type NodeTypes, type ShapeRule } from './rule';

/** Operators that slide a window over the image: convolutions and pools, NCHW. */
export const windowRules: Readonly<Record<string, ShapeRule>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: (types) => [pool(types), ...types.node.outputs.slice(1).map(() => ({ ...pool(types), elementType: 'int64' as const }))],
  AveragePool: (types) => [pool(types)],
  LpPool: (types) => [pool(types)],
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
};

function conv(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const weight = types.input(1).shape;
  const group = intAttribute(types.node, 'group', 1);
  if (shape.length < 3 || weight.length !== shape.length) throw new ShapeProblem(`input ${shape.join('x')} does not fit weights ${weight.join('x')}`);
  if (at(weight, 1) * group !== at(shape, 1)) throw new ShapeProblem(`weights ${weight.join('x')} with ${group} group(s) expect ${at(weight, 1) * group} channels, the input has ${at(shape, 1)}`);
  return tensorType(elementType, [at(shape, 0), at(weight, 0), ...windows(types.node, shape.slice(2), weight.slice(2))]);
}

function convTranspose(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  const weight = types.input(1).shape;
  const { node } = types;
  const spatial = shape.slice(2);
  const [strides, dilations, pads, extra] = [listOf(node, 'strides', spatial.length, 1), listOf(node, 'dilations', spatial.length, 1), listOf(node, 'pads', 2 * spatial.length, 0), listOf(node, 'output_padding', spatial.length, 0)];
  const given = intsAttribute(node, 'output_shape');
  const automatic = stringAttribute(node, 'auto_pad', 'NOTSET').startsWith('SAME');
  const sizes = spatial.map((size, axis) => {
    if (given !== undefined) return at(given, given.length - spatial.length + axis);
    if (automatic) return size * at(strides, axis);
    return (size - 1) * at(strides, axis) + at(extra, axis) + (at(weight, axis + 2) - 1) * at(dilations, axis) + 1 - at(pads, axis) - at(pads, axis + spatial.length);
  });
  return tensorType(elementType, [at(shape, 0), at(weight, 1) * intAttribute(node, 'group', 1), ...sizes]);
}

function pool(types: NodeTypes): ReturnType<ShapeRule>[number] {
  const { elementType, shape } = types.input(0);
  const kernel = intsAttribute(types.node, 'kernel_shape');
  if (kernel?.length !== shape.length - 2) throw new ShapeProblem(`kernel_shape does not fit input ${shape.join('x')}`);
  return { elementType, shape: [at(shape, 0), at(shape, 1), ...windows(types.node, shape.slice(2), kernel)] };
}

function globalPool(types: NodeTypes): ReturnType<ShapeRule> {
  const { elementType, shape } = types.input(0);
  return tensorType(elementType, [at(shape, 0), at(shape, 1), ...shape.slice(2).map(() => 1)]);
}

/** How many windows fit along each axis. */
function windows(node: Node, spatial: readonly number[], kernel: readonly number[]): readonly number[] {
  const strides = listOf(node, 'strides', spatial.length, 1);
  const dilations = listOf(node, 'dilations', spatial.length, 1);
  const pads = listOf(node, 'pads', 2 * spatial.length, 0);
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  const round = intAttribute(node, 'ceil_mode', 0) === 1 ? Math.ceil : Math.floor;
  return spatial.map((size, axis) => {
    const stride = at(strides, axis);
    if (stride < 1) throw new ShapeProblem(`stride ${stride} is not positive`);
    if (autoPad.startsWith('SAME')) return Math.ceil(size / stride);
    const reach = (at(kernel, axis) - 1) * at(dilations, axis) + 1;
    const padding = autoPad === 'VALID' ? 0 : at(pads, axis) + at(pads, axis + spatial.length);
    let count = round((size + padding - reach) / stride) + 1;
    // With ceil_mode a last window that would start in the padding behind the image is left out.
    if (round === Math.ceil && (count - 1) * stride >= size + (autoPad === 'VALID' ? 0 : at(pads, axis))) count -= 1;
    if (!(count > 0)) throw new ShapeProblem(`a window of ${reach} does not fit ${size} pixels`);
    return count;
  });
}

function listOf(node: Node, name: string, length: number, absent: number): readonly number[] {
  return intsAttribute(node, name) ?? Array<number>(length).fill(absent);
}
