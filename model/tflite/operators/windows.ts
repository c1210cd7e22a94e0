import { intAttribute, intsAttribute, stringAttribute, type Node } from '../../onnx/graph';
import { plainOptions, type Padding, type WindowOptions } from '../file/builtin_options';
import { integerRange } from '../lowering/fused_activation';
import { channelsLast } from '../lowering/layout';
import { bytesOf, draftTensor, type Lowering } from '../lowering/lowering';
import { storedZeroPoint } from '../lowering/integer_storage';
import type { Operand } from '../lowering/quantized_steps';
import { Unsupported } from '../lowering/unsupported';

type Pair = readonly [number, number];

/** A sliding window of an ONNX node over an image. */
export interface Sliding {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Before the image: top, left. */
  readonly begin: Pair;
  /** After it, as far as a window reaches: bottom, right. Negative when the last windows do not reach the image's end. */
  readonly end: Pair;
  readonly output: Pair;
}

export function slidingOf(
  node: Node,
  kernel: readonly number[],
  sizes: { readonly input: readonly number[]; readonly output: readonly number[] },
): Sliding {
  if (kernel.length !== 2)
    throw new Unsupported(node, `its window has ${kernel.length} dimensions; TFLite's have 2`);
  const pair = (values: readonly number[]): Pair => [values[0] ?? 1, values[1] ?? 1];
  const [strides, dilations] = [
    pair(intsAttribute(node, 'strides') ?? []),
    pair(intsAttribute(node, 'dilations') ?? []),
  ];
  const [input, output] = [pair(sizes.input.slice(2)), pair(sizes.output.slice(2))];
  const needed = (axis: 0 | 1): number =>
    (output[axis] - 1) * strides[axis] +
    (pair(kernel)[axis] - 1) * dilations[axis] +
    1 -
    input[axis];
  const begin = paddingBefore(node, [Math.max(0, needed(0)), Math.max(0, needed(1))]);
  return {
    kernel: pair(kernel),
    strides,
    dilations,
    begin,
    end: [needed(0) - begin[0], needed(1) - begin[1]],
    output,
  };
}

function paddingBefore(node: Node, total: Pair): Pair {
  const automatic = stringAttribute(node, 'auto_pad', 'NOTSET');
  if (automatic === 'SAME_UPPER') return [Math.floor(total[0] / 2), Math.floor(total[1] / 2)];
  if (automatic === 'SAME_LOWER') return [Math.ceil(total[0] / 2), Math.ceil(total[1] / 2)];
  const pads = intsAttribute(node, 'pads') ?? [];
  return automatic === 'VALID' ? [0, 0] : [pads[0] ?? 0, pads[1] ?? 0];
}

/** TFLite's own padding when it is the same as ONNX's: VALID without any, SAME when the smaller half stands before. Undefined: pad explicitly. */
export function ownPadding(
  { begin, end, strides, output }: Sliding,
  input: readonly number[],
): Padding | undefined {
  const axes = [0, 1] as const;
  if (axes.every((axis) => begin[axis] === 0 && end[axis] <= 0)) return 'VALID';
  const same = axes.every((axis) => {
    const total = Math.max(0, begin[axis] + end[axis]);
    return (
      output[axis] === Math.ceil((input[axis + 2] ?? 0) / strides[axis]) &&
      begin[axis] === Math.floor(total / 2)
    );
  });
  return same ? 'SAME' : undefined;
}

/** What stands in the padding: real zero, or the lowest integer, which never wins a maximum. */
type Filling = 'zero' | 'lowest';

/** The window's image and padding: ONNX's padding becomes TFLite's own, or an operator before it. */
export function paddedImage(
  to: Lowering,
  image: Operand,
  { sliding, filling }: { readonly sliding: Sliding; readonly filling: Filling },
): { readonly image: number; readonly window: WindowOptions } {
  const index = to.read(image, channelsLast);
  const own = ownPadding(sliding, image.shape);
  if (own !== undefined)
    return { image: index, window: { padding: own, strides: sliding.strides } };
  const [top, left] = sliding.begin;
  const [bottom, right] = [Math.max(0, sliding.end[0]), Math.max(0, sliding.end[1])];
  return {
    image: padded(to, image, { index, pads: [0, 0, top, bottom, left, right, 0, 0], filling }),
    window: { padding: 'VALID', strides: sliding.strides },
  };
}

/** PAD of a stored tensor; `pads` are before and after for each stored dimension. */
function padded(
  to: Lowering,
  operand: Operand,
  {
    index,
    pads,
    filling,
  }: { readonly index: number; readonly pads: readonly number[]; readonly filling: Filling },
): number {
  const source = to.tensor(index);
  const shape = source.shape.map(
    (size, axis) => size + (pads[2 * axis] ?? 0) + (pads[2 * axis + 1] ?? 0),
  );
  const output = to.between({ ...source, name: `${operand.name}/padded`, shape });
  const amounts = to.constant(
    { name: `${operand.name}/pads`, elementType: 'int32', shape: [shape.length, 2] },
    bytesOf(Int32Array.from(pads)),
  );
  const [lowest] = integerRange(operand);
  if (filling === 'zero' || storedZeroPoint(operand) === lowest)
    to.emit({
      kind: 'PAD',
      inputs: [index, amounts],
      outputs: [output],
      options: plainOptions.PAD,
    });
  else
    to.emit({
      kind: 'PADV2',
      inputs: [index, amounts, fillConstant(to, operand, lowest)],
      outputs: [output],
      options: plainOptions.PADV2,
    });
  return output;
}

/** A constant of one integer in an operand's encoding. */
export function fillConstant(to: Lowering, operand: Operand, value: number): number {
  const tensor = draftTensor({ ...operand, shape: [1] }, [0]);
  const data = tensor.elementType === 'int16' ? Int16Array.of(value) : Int8Array.of(value);
  return to.constant({ ...tensor, name: `${operand.name}/fill` }, bytesOf(data));
}

export function groupsOf(node: Node): number {
  return intAttribute(node, 'group', 1);
}
