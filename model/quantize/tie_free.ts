import { assert } from '../../common/assert';
import { largestInteger, type Encoding } from './encoding';
import { averagesAgree } from './average';
import { createDisjointSets } from './encoding_groups';
import { candidateStep, firstScale } from './first_scale';
import { hardSigmoidInputScale, hardSwishScale, sigmoidInputScale } from './single_operand';
import type { Rounding } from './rounding';

/**
 * The largest scale of tensors that are summed is at most this many units. XNNPACK weighs the operands with 21 bits, which
 * puts a sum off by up to 2.5e-4 steps; the nearest tie is then at least twice as far.
 */
const mostUnits = 1023;
const fewestUnits = 513;

/** A mean or product of so many units per step would lie nearer to a tie than float32 tells apart. */
const mostUnitsPerStep = 16_384;

/** Where a scale would become coarser than this (sums of one component that differ much in size, means of few elements), ties are the lesser harm. */
const mostWidening = 1.1;

/** Significant bits of a unit, so that multiples of scales by integers are exact in float32. */
const unitBits = 4;

/** Relative distance of neighbouring float32 numbers, and how many of them are looked at for a scale whose reciprocal is almost exact. */
const floatStep = 2 ** -23;
const mostReciprocalSteps = 2 ** 14;
const closeReciprocal = 2 ** -36;

/** A factor whose step is more than so large a part of the product's would have to grow by over a tenth. */
const fewestFractions = 15;

/** What may change. Tensors of one group have one scale. */
export interface TieFreeScope {
  readonly groupOf: (tensor: string) => string;
  readonly isFixed: (tensor: string) => boolean;
}

/**
 * Encodings under which no result of the listed operators comes near the middle between two integers, where runtimes
 * disagree: kernels compute with more or fewer bits, and round halves up, to even, or away from zero. A sum, product or mean
 * is a whole number of units; where an odd number of them makes a step, the middle between two integers is half a unit away from all
 * results. Scales only grow and zero points stay, but for those of averages, so that what was in range still is. Fixed groups stay as they are.
 */
export function tieFreeEncodings(given: ReadonlyMap<string, Encoding>, roundings: readonly Rounding[], scope: TieFreeScope): ReadonlyMap<string, Encoding> {
  const encodings = withEvenZeros(given, roundings, scope);
  const scales = groupScales(encodings, scope);
  for (const component of sumComponents(roundings, scales)) scales.settleSums(component);
  // From the end, since a product whose output is summed moves a factor, which may be a product itself.
  for (const rounding of roundings.toReversed()) if (rounding.kind === 'product') scales.settleFactor(rounding);
  for (const rounding of roundings) if (rounding.kind !== 'sum') scales.settle(rounding);
  return new Map([...encodings].map(([tensor, encoding]) => [tensor, { ...encoding, scale: scales.of(tensor) }]));
}

/** Averages have even zero points (average.ts): an odd one moves towards the end that has more integers, and the scale grows so that this end stays in range. */
function withEvenZeros(encodings: ReadonlyMap<string, Encoding>, roundings: readonly Rounding[], { groupOf, isFixed }: TieFreeScope): ReadonlyMap<string, Encoding> {
  const averages = new Set(roundings.flatMap(({ kind, output }) => (kind === 'average' ? [groupOf(output)] : [])));
  const fixed = new Set([...encodings.keys()].filter(isFixed).map(groupOf));
  return new Map([...encodings].map(([tensor, encoding]) => [tensor, averages.has(groupOf(tensor)) && !fixed.has(groupOf(tensor)) ? withEvenZero(encoding) : encoding]));
}

function withEvenZero(encoding: Encoding): Encoding {
  const { elementType, scale, zeroPoint } = encoding;
  if (zeroPoint % 2 === 0) return encoding;
  const above = largestInteger(elementType) - zeroPoint;
  const [moved, widening] = zeroPoint > above ? [zeroPoint - 1, zeroPoint / (zeroPoint - 1)] : [zeroPoint + 1, above / (above - 1)];
  return { elementType, scale: Math.fround(scale * widening), zeroPoint: moved };
}

interface GroupScales {
  readonly of: (tensor: string) => number;
  readonly groupOf: (tensor: string) => string;
  readonly isKnown: (tensor: string) => boolean;
  readonly settleSums: (component: SumComponent) => void;
  /** Where the output has its scale already, a factor's makes it an odd multiple. */
  readonly settleFactor: (product: Extract<Rounding, { kind: 'product' }>) => void;
  readonly settle: (rounding: Exclude<Rounding, { kind: 'sum' }>) => void;
}

function groupScales(encodings: ReadonlyMap<string, Encoding>, { groupOf, isFixed }: TieFreeScope): GroupScales {
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
  const isKnown = (tensor: string): boolean => encodings.has(tensor);
  return {
    of, groupOf, isKnown,
    settleSums: (component) => {
      const found = sumScales(new Map([...component.groups].map((group) => [group, scales.get(group) ?? 1])), component.outputs, settled);
      for (const [group, scale] of found?.scales ?? []) scales.set(group, scale);
      for (const group of component.groups) {
        if (settled.has(group) || (found !== undefined && !found.scales.has(group))) continue;
        stepsOfSums.set(group, found === undefined ? (scales.get(group) ?? 1) * candidateStep : found.unit * (component.outputs.has(group) ? 2 : 1));
        settled.add(group);
      }
    },
    settleFactor: ({ inputs, output }) => {
      if (![...inputs, output].every(isKnown) || !settled.has(groupOf(output))) return;
      const [moved, other] = settled.has(groupOf(inputs[0])) ? [inputs[1], inputs[0]] : inputs;
      if (settled.has(groupOf(moved)) || groupOf(moved) === groupOf(other)) return;
      scales.set(groupOf(moved), oddFraction(of(moved), of(output) / of(other)));
      for (const tensor of inputs) settled.add(groupOf(tensor));
    },
    settle: (rounding) => {
      if (![...rounding.inputs, rounding.output].every(isKnown)) return;
      // A sigmoid's output, hard or not, has the scale that its operator fixes.
      const moved = groupOf(rounding.kind === 'sigmoid' || rounding.kind === 'hard-sigmoid' ? rounding.inputs[0] : rounding.output);
      const isFree = !settled.has(moved);
      const step = stepsOfSums.get(moved);
      for (const tensor of [...rounding.inputs, rounding.output]) settled.add(groupOf(tensor));
      const numbersOf = (tensor: string): Numbers => ({ scale: of(tensor), zeroPoint: encodings.get(tensor)?.zeroPoint ?? 0 });
      if (isFree) scales.set(moved, tieFreeScale(rounding, numbersOf));
      else if (rounding.kind === 'average' && step !== undefined) scales.set(moved, averageScale(rounding, numbersOf, step));
    },
  };
}

type Numbers = Pick<Encoding, 'scale' | 'zeroPoint'>;

/** Of the rounding's output; of a sigmoid, hard or not, the input's. */
function tieFreeScale(rounding: Exclude<Rounding, { kind: 'sum' }>, numbersOf: (tensor: string) => Numbers): number {
  const output = numbersOf(rounding.output);
  switch (rounding.kind) {
    case 'real':
      return reciprocalScale(output.scale);
    case 'product':
      return oddUnits(output.scale, rounding.inputs.reduce((unit, tensor) => unit * numbersOf(tensor).scale, 1)) ?? output.scale;
    case 'mean':
      return oddUnits(output.scale, numbersOf(rounding.inputs[0]).scale / rounding.count) ?? averageScale({ ...rounding, counts: [rounding.count] }, numbersOf);
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

function averageScale({ inputs: [input], output, counts }: Omit<Extract<Rounding, { kind: 'average' }>, 'kind'>, numbersOf: (tensor: string) => Numbers, step?: number): number {
  const [source, result] = [numbersOf(input), numbersOf(output)];
  return firstScale(result.scale, (scale) => averagesAgree(counts, { input: source, output: { ...result, scale } }), step);
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

/** Groups of tensors that sums connect. */
interface SumComponent {
  readonly groups: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
}

function sumComponents(roundings: readonly Rounding[], { groupOf, isKnown }: Pick<GroupScales, 'groupOf' | 'isKnown'>): readonly SumComponent[] {
  const connected = createDisjointSets();
  const sums = roundings.filter(({ kind, inputs, output }) => kind === 'sum' && [...inputs, output].every(isKnown));
  for (const { inputs, output } of sums) for (const input of inputs) connected.join(groupOf(output), groupOf(input));
  const components = new Map<string, { readonly groups: Set<string>; readonly outputs: Set<string> }>();
  for (const { inputs, output } of sums) {
    const name = connected.of(groupOf(output));
    const component = components.get(name) ?? { groups: new Set(), outputs: new Set() };
    components.set(name, component);
    for (const tensor of [...inputs, output]) component.groups.add(groupOf(tensor));
    component.outputs.add(groupOf(output));
  }
  return [...components.values()];
}

/** Scales of a component that are whole numbers of one unit. */
interface Grid {
  readonly unit: number;
  /** By how much all are wider than they were, as a logarithm. */
  readonly widening: number;
  /** How many operands are so small beside the others that they would become too coarse: they keep their scales. */
  readonly leftOut: number;
  readonly scales: ReadonlyMap<string, number>;
}

/**
 * Scales that are whole numbers of one unit, odd for what sums make, widened as little as can be. With a settled scale among them the unit
 * is a fraction of it; undefined where two settled scales differ. Sums of very different sizes keep their scales, and so do operands that are much
 * smaller than the others.
 */
function sumScales(scales: ReadonlyMap<string, number>, outputs: ReadonlySet<string>, settled: ReadonlySet<string>): Grid | undefined {
  const given = new Set([...scales].filter(([group]) => settled.has(group)).map(([, scale]) => scale));
  if (given.size > 1) return undefined;
  const largest = [...scales.values()].reduce((most, scale) => Math.max(most, scale), 0);
  const [anchor] = given;
  const candidates = anchor === undefined ? coarseUnits(largest / mostUnits) : anchoredUnits(anchor, largest);
  let best: Grid | undefined;
  for (const unit of candidates) {
    const candidate = onGrid(scales, outputs, unit);
    if (candidate !== undefined && (best === undefined || isBetter(candidate, best))) best = candidate;
  }
  return best;
}

function isBetter(grid: Grid, other: Grid): boolean {
  return grid.leftOut === other.leftOut ? grid.widening < other.widening : grid.leftOut < other.leftOut;
}

/** From the finest up to twice as much. */
function coarseUnits(finest: number): readonly number[] {
  const power = 2 ** (Math.ceil(Math.log2(finest)) - unitBits);
  return Array.from({ length: 2 ** unitBits }, (_, index) => (Math.ceil(finest / power) + index) * power);
}

function anchoredUnits(anchor: number, largest: number): readonly number[] {
  const odd = Array.from({ length: (mostUnits - fewestUnits) / 2 + 1 }, (_, index) => fewestUnits + 2 * index);
  return odd.map((units) => anchor / Math.max(1, oddBelow((units * anchor) / largest)));
}

function oddBelow(value: number): number {
  return 2 * Math.floor((value - 1) / 2 + 1e-9) + 1;
}

function onGrid(scales: ReadonlyMap<string, number>, outputs: ReadonlySet<string>, unit: number): Grid | undefined {
  let [widening, leftOut] = [0, 0];
  const found = new Map<string, number>();
  for (const [group, scale] of scales) {
    const units = scale / unit - 1e-6;
    const whole = outputs.has(group) ? 2 * Math.ceil((units - 1) / 2) + 1 : Math.max(1, Math.ceil(units));
    if (whole * unit <= mostWidening * scale) {
      widening += Math.log((whole * unit) / scale);
      found.set(group, Math.fround(whole * unit));
    } else if (outputs.has(group)) {
      return undefined;
    } else {
      leftOut += 1;
    }
  }
  return { unit, widening, leftOut, scales: found };
}
