import type { Rounding } from '../placement/rounding';

/** A group whose integers are those of another: its numbers are so many times the other's. */
export interface Multiple {
  readonly base: string;
  readonly times: number;
}

/** What decides whether one group's scale can follow another's. */
export interface MultiplesScope {
  readonly groupOf: (tensor: string) => string;
  readonly isFixedGroup: (group: string) => boolean;
  /** A tensor's scale. */
  readonly of: (tensor: string) => number;
}

/** By how much a scale may grow to be a multiple; it never shrinks, but for what float32 takes off. */
const mostWidening = 1.1;
const floatError = 1e-6;

/**
 * Groups that additions make out of one tensor alone (x + x, and x again), by the group's name. Under as many times the scale such a
 * sum has the integers of its tensor, so that nothing is rounded and no tie can come up; an odd number of units would round each of them.
 */
export function multiplesOf(
  roundings: readonly Rounding[],
  { groupOf, isFixedGroup, of }: MultiplesScope,
): ReadonlyMap<string, Multiple> {
  const found = new Map<string, Multiple>();
  const byTensor = new Map<string, Multiple>();
  const bases = new Set<string>();
  const makers = summedInto(roundings, groupOf);
  // Their scales still move when those of sums have been found.
  const averages = new Set(
    roundings.flatMap(({ kind, output }) => (kind === 'average' ? [groupOf(output)] : [])),
  );
  for (const { kind, inputs, output } of roundings) {
    if (kind !== 'addition') continue;
    const terms = inputs.map((tensor) => byTensor.get(tensor) ?? { base: tensor, times: 1 });
    const base = terms[0]?.base ?? '';
    const times = terms.reduce((sum, term) => sum + term.times, 0);
    const [from, to] = [groupOf(base), groupOf(output)];
    const widening = (times * of(base)) / of(output);
    const isAlone = terms.every((term) => term.base === base) && makers.get(to) === 1;
    const isFree = from !== to && !isFixedGroup(to) && !averages.has(from) && !averages.has(to);
    // One step from base to multiple, so that none has to be followed on and on.
    const isFlat = !found.has(from) && !bases.has(to);
    if (!isAlone || !isFree || !isFlat || !(widening > 1 - floatError && widening < mostWidening))
      continue;
    found.set(to, { base: from, times });
    bases.add(from);
    byTensor.set(output, { base, times });
  }
  return found;
}

/** How many sums end in each group. */
function summedInto(
  roundings: readonly Rounding[],
  groupOf: (tensor: string) => string,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, output } of roundings) {
    if (kind === 'addition' || kind === 'sum')
      counts.set(groupOf(output), (counts.get(groupOf(output)) ?? 0) + 1);
  }
  return counts;
}
