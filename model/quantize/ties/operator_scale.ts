import type { QuantizationParameters } from '../encoding/encoding';
import type { OperatorRounding, Rounding } from '../placement/rounding';
import { averagesAgree } from './average';
import { firstScale } from './first_scale';
import { hardSigmoidInputScale, hardSwishScale, sigmoidInputScale } from './single_operand';
import { oddBelow } from './sum_scales';

/** A mean or product of so many units per step would lie nearer to a tie than float32 tells apart. */
const mostUnitsPerStep = 16_384;

/** Where a scale would become coarser than this (means of few elements), ties are the lesser harm. */
const mostWidening = 1.1;

/** Relative distance of neighbouring float32 numbers, and how many of them are looked at for a scale whose reciprocal is almost exact. */
const floatStep = 2 ** -23;
const mostReciprocalSteps = 2 ** 14;
const closeReciprocal = 2 ** -36;

/** A factor whose step is more than so large a part of the product's would have to grow by over a tenth. */
const fewestFractions = 15;

/** Of the rounding's output; of a sigmoid, hard or not, the input's. */
export function tieFreeScale(
  rounding: OperatorRounding,
  numbersOf: (tensor: string) => QuantizationParameters,
): number {
  const output = numbersOf(rounding.output);
  switch (rounding.kind) {
    case 'real':
      return reciprocalScale(output.scale);
    case 'product':
      return (
        oddUnits(
          output.scale,
          rounding.inputs.reduce((unit, tensor) => unit * numbersOf(tensor).scale, 1),
        ) ?? output.scale
      );
    case 'mean':
      return (
        oddUnits(output.scale, numbersOf(rounding.inputs[0]).scale / rounding.count) ??
        averageScale({ ...rounding, counts: [rounding.count] }, numbersOf)
      );
    case 'average':
      return averageScale(rounding, numbersOf);
    case 'hard-swish':
      return hardSwishScale(numbersOf(rounding.inputs[0]), output);
    case 'sigmoid':
      return sigmoidInputScale(numbersOf(rounding.inputs[0]), output);
    case 'hard-sigmoid':
      return hardSigmoidInputScale(numbersOf(rounding.inputs[0]), output, rounding.line);
  }
}

/** The first output scale, from its own on, under which runtimes agree on the averages; `step` is by how much it may grow at a time. */
export function averageScale(
  { inputs: [input], output, counts }: Omit<Extract<Rounding, { kind: 'average' }>, 'kind'>,
  numbersOf: (tensor: string) => QuantizationParameters,
  step?: number,
): number {
  const [source, result] = [numbersOf(input), numbersOf(output)];
  return firstScale(
    result.scale,
    (scale) => averagesAgree(counts, { input: source, output: { ...result, scale } }),
    step,
  );
}

/**
 * A scale just above, at most 0.2 %, by which dividing is almost the same as multiplying by its reciprocal in float32: ONNX Runtime does the
 * one, XNNPACK the other. The product of the two then differs from 1 by 2^-36 or little more, instead of 2^-25.
 */
export function reciprocalScale(scale: number): number {
  let [best, least] = [scale, Infinity];
  for (let step = 0; step < mostReciprocalSteps && least > closeReciprocal; step += 1) {
    const candidate = Math.fround(scale * (1 + step * floatStep));
    const error = Math.abs(candidate * Math.fround(1 / candidate) - 1);
    if (error < least) [best, least] = [candidate, error];
  }
  return best;
}

/** The smallest scale from the wanted one on that is an odd number of units; the wanted one where units are too small to matter, undefined where they are so large that it would become too coarse. */
function oddUnits(scale: number, unit: number): number | undefined {
  const units = 2 * Math.ceil((scale / unit - 1) / 2 - 1e-6) + 1;
  if (units * unit > mostWidening * scale) return undefined;
  return units > mostUnitsPerStep ? scale : Math.fround(units * unit);
}

/** The smallest scale from the wanted one on of which the whole is an odd multiple; the wanted one if that would be too coarse or too fine to matter. */
export function oddFraction(scale: number, whole: number): number {
  const times = oddBelow(whole / scale + 1e-6);
  return times < fewestFractions || times > mostUnitsPerStep ? scale : Math.fround(whole / times);
}
