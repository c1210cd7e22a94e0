import { intsAttribute, stringAttribute } from '../../onnx/graph';
import { gatherOptions, mirrorPadOptions, plainOptions } from '../file/builtin_options';
import { integerRange } from '../lowering/fused_activation';
import { storedZeroPoint } from '../lowering/integer_storage';
import { plainLayout, storedShape, type Layout } from '../lowering/layout';
import { bytesOf, type Lowering } from '../lowering/lowering';
import type { Operand, Step } from '../lowering/quantized_steps';
import { Unsupported } from '../lowering/unsupported';
import { encodedOutput, inputOf, integersOf, outputOf } from './family';
import { fillConstant } from './windows';

/** How many elements stand before and behind each ONNX dimension; below zero, are cut off. */
type Amounts = readonly (readonly [before: number, after: number])[];

interface PaddedOperand {
  readonly input: Operand;
  readonly output: Operand;
  readonly layout: Layout;
  readonly amounts: Amounts;
}

/** PAD, PADV2 or MIRROR_PAD; what TFLite has no operator for picks its elements by index. */
export function pad(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const padding: PaddedOperand = {
    input,
    output,
    layout: to.layoutOf(input),
    amounts: amountsOf(step, input.shape.length),
  };
  const mode = stringAttribute(step.node, 'mode', 'constant');
  const isCut = padding.amounts.some((pair) => Math.min(...pair) < 0);
  const isShort = padding.amounts.every(
    (pair, axis) => Math.max(...pair) < (input.shape[axis] ?? 1),
  );
  if (mode === 'constant' && isCut)
    throw new Unsupported(step.node, 'negative padding; use a Slice');
  if (mode === 'constant') padConstant(to, padding, paddingInteger(step, input));
  else if (mode === 'reflect' && !isCut && isShort) padMirrored(to, padding);
  else if (mode === 'edge' || mode === 'wrap' || mode === 'reflect')
    padByIndex(to, padding, sourceOf[mode]);
  else
    throw new Unsupported(
      step.node,
      `its mode is not one of ONNX's; use constant, reflect, edge or wrap`,
    );
}

function amountsOf(step: Step, rank: number): Amounts {
  const pads = intsAttribute(step.node, 'pads') ?? integersOf(step, 1) ?? [];
  const axes = (integersOf(step, 3) ?? plainLayout(rank)).map((axis) =>
    axis < 0 ? axis + rank : axis,
  );
  return plainLayout(rank).map((dimension) => {
    const position = axes.indexOf(dimension);
    return position === -1 ? [0, 0] : [pads[position] ?? 0, pads[position + axes.length] ?? 0];
  });
}

function amountList(to: Lowering, { output, layout, amounts }: PaddedOperand): number {
  const stored = layout.flatMap((dimension) => amounts[dimension] ?? [0, 0]);
  return to.constant(
    { name: `${output.name}/pads`, elementType: 'int32', shape: [layout.length, 2] },
    bytesOf(Int32Array.from(stored)),
  );
}

function padConstant(to: Lowering, padding: PaddedOperand, value: number): void {
  const { input, output, layout } = padding;
  const result = encodedOutput(to, { output, layout, like: input });
  const inputs = [to.read(input, layout), amountList(to, padding)];
  if (value === storedZeroPoint(input))
    to.emit({ kind: 'PAD', inputs, outputs: [result.index], options: plainOptions.PAD });
  else
    to.emit({
      kind: 'PADV2',
      inputs: [...inputs, fillConstant(to, input, value)],
      outputs: [result.index],
      options: plainOptions.PADV2,
    });
  result.requantize();
}

function padMirrored(to: Lowering, padding: PaddedOperand): void {
  const { input, output, layout } = padding;
  const result = encodedOutput(to, { output, layout, like: input });
  to.emit({
    kind: 'MIRROR_PAD',
    inputs: [to.read(input, layout), amountList(to, padding)],
    outputs: [result.index],
    options: mirrorPadOptions,
  });
  result.requantize();
}

/** Which of `size` elements stands at a place before (below zero) or behind them. */
const sourceOf = {
  edge: (place: number, size: number): number => Math.min(size - 1, Math.max(0, place)),
  wrap: (place: number, size: number): number => ((place % size) + size) % size,
  reflect: (place: number, size: number): number => {
    const period = Math.max(1, 2 * (size - 1));
    const inPeriod = ((place % period) + period) % period;
    return inPeriod < size ? inPeriod : period - inPeriod;
  },
} as const;

/** One GATHER for each dimension that changes. */
function padByIndex(
  to: Lowering,
  { input, output, layout, amounts }: PaddedOperand,
  source: (place: number, size: number) => number,
): void {
  const changing = plainLayout(input.shape.length).filter((dimension) =>
    (amounts[dimension] ?? [0, 0]).some((amount) => amount !== 0),
  );
  const result = encodedOutput(to, { output, layout, like: input });
  let [index, shape] = [to.read(input, layout), input.shape];
  changing.forEach((dimension, position) => {
    const [size, length, [before] = [0]] = [
      input.shape[dimension] ?? 1,
      output.shape[dimension] ?? 1,
      amounts[dimension],
    ];
    shape = shape.with(dimension, length);
    const places = Array.from({ length }, (_, place) => source(place - before, size));
    const isLast = position === changing.length - 1;
    const made = isLast
      ? result.index
      : to.between({
          ...to.tensor(index),
          name: `${output.name}/padded`,
          shape: storedShape(shape, layout),
        });
    to.emit({
      kind: 'GATHER',
      inputs: [index, to.list(places)],
      outputs: [made],
      options: gatherOptions(layout.indexOf(dimension)),
    });
    index = made;
  });
  result.requantize();
}

/** The value to pad with, in the input's encoding: it may be quantized already. */
function paddingInteger(step: Step, input: Operand): number {
  const operand = step.inputs[2];
  const constant = operand?.constant;
  if (operand === undefined) return storedZeroPoint(input);
  if (constant === undefined) throw new Unsupported(step.node, 'its value is computed');
  const given = Number(constant.data[0] ?? 0);
  const real =
    operand.quantization === undefined
      ? given
      : (given - operand.quantization.zeroPoint) * (operand.quantization.scales[0] ?? 1);
  const [lowest, highest] = integerRange(input);
  return Math.min(
    highest,
    Math.max(
      lowest,
      Math.round(real / (input.quantization?.scales[0] ?? 1)) + storedZeroPoint(input),
    ),
  );
}
