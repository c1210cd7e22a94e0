import { multiplesOf, type Multiple, type MultiplesScope } from './multiples';
import { createDisjointSets } from '../placement/disjoint_sets';
import { isSum, type Rounding } from '../placement/rounding';

/**
 * The largest scale of tensors that are summed is at most this many units. XNNPACK weighs the operands with 21 bits, which
 * puts a sum off by up to 2.5e-4 steps; the nearest tie is then at least twice as far.
 */
const mostUnits = 1023;
const fewestUnits = 513;

/** Where a scale would become coarser than this (sums of one component that differ much in size), ties are the lesser harm. */
const mostWidening = 1.1;

/** Significant bits of a unit, so that multiples of scales by integers are exact in float32. */
const unitBits = 4;

/** Groups of tensors that sums connect. */
export interface SumComponent {
  readonly groups: ReadonlySet<string>;
  /** What sums round. */
  readonly outputs: ReadonlySet<string>;
  /** What they need not round, by group. */
  readonly multiples: ReadonlyMap<string, Multiple>;
}

/** All tensors that the roundings name have scales. */
export function sumComponents(
  roundings: readonly Rounding[],
  scope: MultiplesScope,
): readonly SumComponent[] {
  const { groupOf } = scope;
  const connected = createDisjointSets();
  const sums = roundings.filter(isSum);
  for (const { inputs, output } of sums)
    for (const input of inputs) connected.join(groupOf(output), groupOf(input));
  const multiples = multiplesOf(roundings, scope);
  const components = new Map<
    string,
    {
      readonly groups: Set<string>;
      readonly outputs: Set<string>;
      readonly multiples: typeof multiples;
    }
  >();
  for (const { inputs, output } of sums) {
    const name = connected.of(groupOf(output));
    const component = components.get(name) ?? { groups: new Set(), outputs: new Set(), multiples };
    components.set(name, component);
    for (const tensor of [...inputs, output]) component.groups.add(groupOf(tensor));
    if (!multiples.has(groupOf(output))) component.outputs.add(groupOf(output));
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
export function sumScales(
  component: SumComponent,
  scales: ReadonlyMap<string, number>,
  settled: ReadonlySet<string>,
): Grid | undefined {
  const given = new Set(
    [...scales].filter(([group]) => settled.has(group)).map(([, scale]) => scale),
  );
  if (given.size > 1) return undefined;
  const largest = [...scales.values()].reduce((most, scale) => Math.max(most, scale), 0);
  const [anchor] = given;
  const candidates =
    anchor === undefined ? coarseUnits(largest / mostUnits) : anchoredUnits(anchor, largest);
  let best: Grid | undefined;
  for (const unit of candidates) {
    const candidate = onGrid(component, scales, unit);
    if (candidate !== undefined && (best === undefined || isBetter(candidate, best)))
      best = candidate;
  }
  return best;
}

function isBetter(grid: Grid, other: Grid): boolean {
  return grid.leftOut === other.leftOut
    ? grid.widening < other.widening
    : grid.leftOut < other.leftOut;
}

/** From the finest up to twice as much. */
function coarseUnits(finest: number): readonly number[] {
  const power = 2 ** (Math.ceil(Math.log2(finest)) - unitBits);
  return Array.from(
    { length: 2 ** unitBits },
    (_, index) => (Math.ceil(finest / power) + index) * power,
  );
}

function anchoredUnits(anchor: number, largest: number): readonly number[] {
  const odd = Array.from(
    { length: (mostUnits - fewestUnits) / 2 + 1 },
    (_, index) => fewestUnits + 2 * index,
  );
  return odd.map((units) => anchor / Math.max(1, oddBelow((units * anchor) / largest)));
}

/** The largest odd number that is not above. */
export function oddBelow(value: number): number {
  return 2 * Math.floor((value - 1) / 2 + 1e-9) + 1;
}

function onGrid(
  { outputs, multiples }: SumComponent,
  scales: ReadonlyMap<string, number>,
  unit: number,
): Grid | undefined {
  let [widening, leftOut] = [0, 0];
  const found = new Map<string, number>();
  for (const [group, scale] of scales) {
    if (multiples.has(group)) continue;
    const units = scale / unit - 1e-6;
    const whole = outputs.has(group)
      ? 2 * Math.ceil((units - 1) / 2) + 1
      : Math.max(1, Math.ceil(units));
    if (whole * unit <= mostWidening * scale) {
      widening += Math.log((whole * unit) / scale);
      found.set(group, Math.fround(whole * unit));
    } else if (outputs.has(group)) {
      return undefined;
    } else {
      leftOut += 1;
    }
  }
  for (const group of scales.keys()) {
    const multiple = multiples.get(group);
    const base = found.get(multiple?.base ?? '');
    if (multiple !== undefined && base !== undefined)
      found.set(group, Math.fround(multiple.times * base));
  }
  return { unit, widening, leftOut, scales: found };
}
