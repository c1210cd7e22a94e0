import type { Lowering } from '../lowering/lowering';
import { sameNumbers, type Layout } from '../lowering/layout';
import type { Operand, Step } from '../lowering/quantized_steps';
import { plainOptions } from '../file/builtin_options';
import { draftTensor } from '../lowering/lowering';
import { Unsupported } from '../lowering/unsupported';

/** Adds the TFLite operators of one step. @throws Unsupported */
export type Lower = (step: Step, to: Lowering) => void;

export function inputOf(step: Step, index: number): Operand {
  const operand = step.inputs[index];
  if (operand === undefined) throw new Unsupported(step.node, `input ${index} is missing`);
  return operand;
}

export function outputOf(step: Step, index = 0): Operand {
  const operand = step.outputs[index];
  if (operand === undefined) throw new Unsupported(step.node, `output ${index} is missing`);
  return operand;
}

/** Values of a constant integer input; undefined when the input is omitted. */
export function integersOf(step: Step, index: number): readonly number[] | undefined {
  const operand = step.inputs[index];
  if (operand === undefined) return undefined;
  if (operand.constant === undefined)
    throw new Unsupported(
      step.node,
      `input ${index} is computed; export the model with fixed shapes`,
    );
  return Array.from<number | bigint>(operand.constant.data).map(Number);
}

export function sameEncoding(first: Operand, second: Operand): boolean {
  const [one, other] = [first.quantization, second.quantization];
  return (
    first.elementType === second.elementType &&
    one?.zeroPoint === other?.zeroPoint &&
    sameNumbers([...(one?.scales ?? [])], [...(other?.scales ?? [])])
  );
}

/** The layout of the input with most elements: it is the one that should not have to move. */
export function commonLayout(step: Step, to: Lowering): Layout {
  const rank = outputOf(step).shape.length;
  const size = (operand: Operand): number =>
    operand.shape.reduce((product, extent) => product * extent, 1);
  const activations = step.inputs.filter(
    (operand): operand is Operand =>
      operand !== undefined && operand.constant === undefined && operand.shape.length === rank,
  );
  const largest = activations.reduce<Operand | undefined>(
    (best, operand) => (best === undefined || size(operand) > size(best) ? operand : best),
    undefined,
  );
  return largest === undefined ? [...outputOf(step).shape.keys()] : to.layoutOf(largest);
}

/** An operand in another operand's encoding: itself when they agree, requantized otherwise. */
export function encodedLike(
  to: Lowering,
  {
    operand,
    layout,
    like,
  }: { readonly operand: Operand; readonly layout: Layout; readonly like: Operand },
): number {
  const index = to.read(operand, layout);
  if (sameEncoding(operand, like)) return index;
  const target = to.between({
    ...draftTensor({ ...like, shape: operand.shape, constant: undefined }, layout),
    name: `${operand.name}/requantized`,
  });
  to.emit({ kind: 'QUANTIZE', inputs: [index], outputs: [target], options: plainOptions.QUANTIZE });
  return target;
}

/** Where an operator that cannot rescale puts its output: in its input's encoding, and from there into its own if that differs. */
export function encodedOutput(
  to: Lowering,
  {
    output,
    layout,
    like,
  }: { readonly output: Operand; readonly layout: Layout; readonly like: Operand },
): { readonly index: number; readonly requantize: () => void } {
  if (sameEncoding(output, like))
    return { index: to.make(output, layout), requantize: () => undefined };
  const index = to.between({
    ...draftTensor({ ...like, shape: output.shape, constant: undefined }, layout),
    name: `${output.name}/unscaled`,
  });
  return {
    index,
    requantize: () =>
      to.emit({
        kind: 'QUANTIZE',
        inputs: [index],
        outputs: [to.make(output, layout)],
        options: plainOptions.QUANTIZE,
      }),
  };
}
