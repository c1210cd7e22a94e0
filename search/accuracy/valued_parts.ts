import type { Genotype } from '../../model/space/space';
import type { Random } from '../../common/random';

/** An option of a part of a space, with what it adds to a sum over all parts. */
export interface ValuedOption {
  readonly genotype: Genotype;
  readonly value: number;
}

/** The parts of a space that are chosen independently of each other: a network is one option of each. */
export type ValuedParts = readonly (readonly ValuedOption[])[];

/** Sums of percents are taken as equal when they differ by less. */
const rounding = 1e-9;
/** Into so many steps sums are rounded to be counted: what is drawn is even to a fraction of a percent. */
const countedSteps = 4_096;
/** Combinations that are told apart while the cheapest is looked for; more are taken together, at the best of each. */
const mostCombinations = 4_000;

/** Of each part the option that adds most; of equals the first. */
export function greatestOf(parts: ValuedParts): {
  readonly genotype: Genotype;
  readonly sum: number;
} {
  const best = parts.map((options) =>
    options.reduce((one, other) => (other.value > one.value ? other : one)),
  );
  return {
    genotype: best.flatMap(({ genotype }) => genotype),
    sum: best.reduce((sum, { value }) => sum + value, 0),
  };
}

/**
 * Draws from the combinations whose sum is at least `least`, however few they are: each about as likely as any other. There must be one.
 * Takes some tenths of a second when it first draws.
 */
export function drawAtLeast(parts: ValuedParts, least: number): (random: Random) => Genotype {
  let draw: ((random: Random) => Genotype) | undefined;
  return (random) => (draw ??= countedDraw(parts, least))(random);
}

/** How many ways lead on from each sum is counted from the last part to the first. */
function countedDraw(parts: ValuedParts, least: number): (random: Random) => Genotype {
  const most = suffixSums(parts, Math.max);
  // Rounded down, so that no combination is overlooked.
  const stepOf = (needed: number): number =>
    Math.max(0, Math.min(countedSteps, Math.floor((needed + rounding) / step)));
  const fewest = suffixSums(parts, Math.min);
  const step = ((most[0] ?? 0) - (fewest[0] ?? 0)) / countedSteps || 1;
  const ways: Float64Array[] = [];
  const floor = (index: number): number => fewest[index] ?? 0;
  // From part `index` on, when so much is still needed.
  const waysFrom = (index: number, needed: number): number =>
    ways[index]?.[stepOf(needed - floor(index))] ?? (needed <= rounding ? 1 : 0);
  for (let index = parts.length - 1; index >= 0; index -= 1) {
    const values = valueCounts(parts[index] ?? []);
    ways[index] = Float64Array.from({ length: countedSteps + 1 }, (_, at) =>
      values.reduce(
        (sum, { value, count }) =>
          sum + count * waysFrom(index + 1, at * step + floor(index) - value),
        0,
      ),
    );
  }
  return (random) => {
    let needed = least;
    return parts.flatMap((options, index) => {
      const open = options.filter(
        ({ value }) => value + (most[index + 1] ?? 0) >= needed - rounding,
      );
      const chosen = pickByWeight(open, ({ value }) => waysFrom(index + 1, needed - value), random);
      needed -= chosen?.value ?? 0;
      return chosen?.genotype ?? [];
    });
  };
}

/** The least cost of a combination whose sum of values is at least `least`; no more than that where there are very many. Undefined when there is none. */
export function leastCostAtLeast(
  parts: readonly (readonly { readonly value: number; readonly cost: number }[])[],
  least: number,
): number | undefined {
  const most = suffixSums(parts, Math.max);
  let sums: readonly { readonly value: number; readonly cost: number }[] = [{ value: 0, cost: 0 }];
  parts.forEach((options, index) => {
    const useful = cheapest(options);
    const grown = sums.flatMap((sum) =>
      useful.map(({ value, cost }) => ({ value: sum.value + value, cost: sum.cost + cost })),
    );
    sums = cheapest(
      grown.filter(({ value }) => value + (most[index + 1] ?? 0) >= least - rounding),
    );
  });
  return sums.length === 0 ? undefined : Math.min(...sums.map(({ cost }) => cost));
}

/** Those than which no other has as much for less, thinned to what can be looked through: of neighbours the most for the least. */
function cheapest(
  sums: readonly { readonly value: number; readonly cost: number }[],
): readonly { readonly value: number; readonly cost: number }[] {
  let lowest = Infinity;
  const front = sums
    .toSorted((a, b) => b.value - a.value || a.cost - b.cost)
    .filter(({ cost }) => {
      const isCheaper = cost < lowest;
      lowest = Math.min(lowest, cost);
      return isCheaper;
    });
  if (front.length <= mostCombinations) return front;
  const group = Math.ceil(front.length / mostCombinations);
  return Array.from({ length: Math.ceil(front.length / group) }, (_, index) => ({
    value: front[index * group]?.value ?? 0,
    cost: front[Math.min(front.length, (index + 1) * group) - 1]?.cost ?? 0,
  }));
}

/** For each part what it and those behind it add up to at the end that `choose` takes; 0 behind the last. */
function suffixSums(
  parts: readonly (readonly { readonly value: number }[])[],
  choose: (...values: number[]) => number,
): number[] {
  const sums = [0];
  for (const options of parts.toReversed())
    sums.unshift(
      (sums[0] ?? 0) + options.map(({ value }) => value).reduce((one, other) => choose(one, other)),
    );
  return sums;
}

function valueCounts(
  options: readonly ValuedOption[],
): readonly { readonly value: number; readonly count: number }[] {
  const counts = new Map<number, number>();
  for (const { value } of options) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Array.from(counts, ([value, count]) => ({ value, count }));
}

/** Where nothing has a weight all count alike. */
function pickByWeight<Item>(
  items: readonly Item[],
  weigh: (item: Item) => number,
  random: Random,
): Item | undefined {
  const weights = items.map(weigh);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) return items[random.below(items.length)];
  let rest = random.next() * total;
  return (
    items.find((_, index) => (rest -= weights[index] ?? 0) < 0) ??
    items.findLast((_, index) => (weights[index] ?? 0) > 0)
  );
}
