import { assert } from '../../../common/assert';
import { largestInteger, type Encoding } from '../encoding/encoding';
import { averagesAgree } from './average';
import { candidateStep, firstScale } from './first_scale';
import { hardSigmoidInputScale, hardSwishScale, sigmoidInputScale } from './single_operand';
import { isSum, type OperatorRounding, type Rounding } from '../placement/rounding';
import { convertibleScale, receivingScale, withFewBits } from './conversion';
import { oddBelow, sumComponents, sumScales, type SumComponent } from './sum_scales';

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

/** What may change. Tensors of one group have one scale. */
interface TieFreeScope {
  readonly groupOf: (tensor: string) => string;
  readonly isFixed: (tensor: string) => boolean;
}

/**
 * Encodings under which no result of the listed operators comes near the middle between two integers, where runtimes
 * disagree: kernels compute with more or fewer bits, and round halves up, to even, or away from zero. A sum, product or mean
 * is a whole number of units; where an odd number of them makes a step, the middle between two integers is half a unit away from all
 * results. Scales only grow and zero points stay, but for those of averages, so that what was in range still is. Fixed groups stay as they are.
 */
export function tieFreeEncodings(
  given: ReadonlyMap<string, Encoding>,
  roundings: readonly Rounding[],
  scope: TieFreeScope,
): ReadonlyMap<string, Encoding> {
  const encodings = withEvenZeros(given, roundings, scope);
  const scales = groupScales(encodings, scope);
  const known = roundings.filter(({ inputs, output }) =>
    [...inputs, output].every((tensor) => encodings.has(tensor)),
  );
  for (const component of sumComponents(known, {
    groupOf: scope.groupOf,
    of: scales.of,
    isFixedGroup: scales.isSettled,
  }))
    scales.settleSums(component);
  // From the end, since a product whose output is summed moves a factor, which may be a product itself.
  for (const rounding of known.toReversed())
    if (rounding.kind === 'product') scales.settleFactor(rounding);
  for (const rounding of known)
    if (!isSum(rounding) && rounding.kind !== 'conversion') scales.settle(rounding);
  // From the end, since what is joined may be joined again.
  const conversions = known.filter(({ kind }) => kind === 'conversion').toReversed();
  for (const { inputs, output } of conversions) scales.receive(inputs[0] ?? '', output);
  for (const { inputs, output } of conversions) scales.convert(inputs[0] ?? '', output);
  return new Map(
    [...encodings].map(([tensor, encoding]) => [tensor, { ...encoding, scale: scales.of(tensor) }]),
  );
}

/** Averages have even zero points (average.ts): an odd one moves towards the end that has more integers, and the scale grows so that this end stays in range. */
function withEvenZeros(
  encodings: ReadonlyMap<string, Encoding>,
  roundings: readonly Rounding[],
  { groupOf, isFixed }: TieFreeScope,
): ReadonlyMap<string, Encoding> {
  const averages = new Set(
    roundings.flatMap(({ kind, output }) => (kind === 'average' ? [groupOf(output)] : [])),
  );
  const fixed = new Set([...encodings.keys()].filter(isFixed).map(groupOf));
  return new Map(
    [...encodings].map(([tensor, encoding]) => [
      tensor,
      averages.has(groupOf(tensor)) && !fixed.has(groupOf(tensor))
        ? withEvenZero(encoding)
        : encoding,
    ]),
  );
}

function withEvenZero(encoding: Encoding): Encoding {
  const { elementType, scale, zeroPoint } = encoding;
  if (zeroPoint % 2 === 0) return encoding;
  const above = largestInteger(elementType) - zeroPoint;
  const [moved, widening] =
    zeroPoint > above
      ? [zeroPoint - 1, zeroPoint / (zeroPoint - 1)]
      : [zeroPoint + 1, above / (above - 1)];
  return { elementType, scale: Math.fround(scale * widening), zeroPoint: moved };
}

interface GroupScales {
  readonly of: (tensor: string) => number;
  readonly isSettled: (group: string) => boolean;
  readonly settleSums: (component: SumComponent) => void;
  /** Where the output has its scale already, a factor's makes it an odd multiple. */
  readonly settleFactor: (product: Extract<Rounding, { kind: 'product' }>) => void;
  readonly settle: (rounding: OperatorRounding) => void;
  /** Where only the operand has its scale already, that of what it is joined to suits its conversion. */
  readonly receive: (operand: string, joined: string) => void;
  /** An operand's scale, if it may still change, suits its conversion to what it is joined to. */
  readonly convert: (operand: string, joined: string) => void;
}

function groupScales(
  encodings: ReadonlyMap<string, Encoding>,
  { groupOf, isFixed }: TieFreeScope,
): GroupScales {
  const scales = new Map<string, number>();
  const settled = new Set<string>();
  /** By how much a scale that sums settled may still grow and be as good to them. */
  const stepsOfSums = new Map<string, number>();
  for (const [tensor, { scale }] of encodings) {
    scales.set(groupOf(tensor), scale);
    if (isFixed(tensor)) settled.add(groupOf(tensor));
  }
  const of = (tensor: string): number => {
    const scale = scales.get(groupOf(tensor));
    assert(scale !== undefined, `tensor ${tensor} has an encoding`);
    return scale;
  };
  const numbersOf = (tensor: string): Numbers => ({
    scale: of(tensor),
    zeroPoint: encodings.get(tensor)?.zeroPoint ?? 0,
  });
  return {
    of,
    isSettled: (group) => settled.has(group),
    settleSums: (component) => {
      const found = sumScales(
        component,
        new Map([...component.groups].map((group) => [group, scales.get(group) ?? 1])),
        settled,
      );
      for (const [group, scale] of found?.scales ?? []) scales.set(group, scale);
      for (const group of component.groups) {
        if (settled.has(group) || (found !== undefined && !found.scales.has(group))) continue;
        stepsOfSums.set(
          group,
          found === undefined
            ? (scales.get(group) ?? 1) * candidateStep
            : found.unit * (component.outputs.has(group) ? 2 : 1),
        );
        settled.add(group);
      }
    },
    settleFactor: ({ inputs, output }) => {
      if (!settled.has(groupOf(output))) return;
      const [moved, other] = settled.has(groupOf(inputs[0])) ? [inputs[1], inputs[0]] : inputs;
      if (settled.has(groupOf(moved)) || groupOf(moved) === groupOf(other)) return;
      scales.set(groupOf(moved), oddFraction(of(moved), of(output) / of(other)));
      for (const tensor of inputs) settled.add(groupOf(tensor));
    },
    settle: (rounding) => {
      // A sigmoid's output, hard or not, has the scale that its operator fixes.
      const moved = groupOf(
        rounding.kind === 'sigmoid' || rounding.kind === 'hard-sigmoid'
          ? rounding.inputs[0]
          : rounding.output,
      );
      const isFree = !settled.has(moved);
      const step = stepsOfSums.get(moved);
      for (const tensor of [...rounding.inputs, rounding.output]) settled.add(groupOf(tensor));
      if (isFree) scales.set(moved, tieFreeScale(rounding, numbersOf));
      else if (rounding.kind === 'average' && step !== undefined)
        scales.set(moved, averageScale(rounding, numbersOf, step));
    },
    receive: (operand, joined) => {
      const [from, to] = [groupOf(operand), groupOf(joined)];
      if (from === to || !settled.has(from) || settled.has(to)) return;
      scales.set(to, receivingScale(numbersOf(operand), of(joined)));
      settled.add(to);
    },
    convert: (operand, joined) => {
      const [from, to] = [groupOf(operand), groupOf(joined)];
      if (from === to || settled.has(from)) return;
      if (!settled.has(to)) scales.set(to, withFewBits(of(joined)));
      scales.set(from, convertibleScale(numbersOf(operand), of(joined)));
      settled.add(from).add(to);
    },
  };
}

type Numbers = Pick<Encoding, 'scale' | 'zeroPoint'>;

/** Of the rounding's output; of a sigmoid, hard or not, the input's. */
function tieFreeScale(rounding: OperatorRounding, numbersOf: (tensor: string) => Numbers): number {
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

function averageScale(
  { inputs: [input], output, counts }: Omit<Extract<Rounding, { kind: 'average' }>, 'kind'>,
  numbersOf: (tensor: string) => Numbers,
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
function oddFraction(scale: number, whole: number): number {
  const times = oddBelow(whole / scale + 1e-6);
  return times < fewestFractions || times > mostUnitsPerStep ? scale : Math.fround(whole / times);
}
