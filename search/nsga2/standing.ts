import { frontNumbers } from '../front/nondominated_sort';
import { coordinate, type Point } from '../front/point';

/** What NSGA-II compares: objectives, and the violation of constraints (0 = feasible, Infinity = cannot run). */
export interface Contender {
  readonly objectives: Point;
  readonly violation: number;
}

export interface Standing {
  /** 0 is best. Those that break constraints come after all that keep them, by how much they break them. */
  readonly rank: number;
  /** Room around it among those of equal rank; the ends of a front have infinite room. */
  readonly crowding: number;
}

/** The standing of each contender, in input order. https://doi.org/10.1109/4235.996017 */
export function standings(contenders: readonly Contender[]): Standing[] {
  const ranks = constrainedRanks(contenders);
  const crowding = new Array<number>(contenders.length).fill(0);
  for (const front of groupByRank(ranks)) {
    // Without all objectives, as with a model that cannot run, there is no distance to speak of.
    if (front.every((index) => contenders[index]?.violation === 0))
      addCrowding(front, contenders, crowding);
  }
  return ranks.map((rank, index) => ({ rank, crowding: crowding[index] ?? 0 }));
}

/** Negative when `a` is the better: lower rank, then more room. */
export function compareStandings(a: Standing, b: Standing): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  return a.crowding === b.crowding ? 0 : b.crowding - a.crowding;
}

function constrainedRanks(contenders: readonly Contender[]): number[] {
  const feasible = Array.from(contenders.keys()).filter(
    (index) => contenders[index]?.violation === 0,
  );
  const fronts = frontNumbers(feasible.map((index) => contenders[index]?.objectives ?? []));
  const violations = [
    ...new Set(contenders.map(({ violation }) => violation).filter((violation) => violation > 0)),
  ].sort((a, b) => (a < b ? -1 : 1));
  const firstInfeasible = fronts.reduce((last, front) => Math.max(last, front), -1) + 1;
  const ranks = contenders.map(({ violation }) => firstInfeasible + violations.indexOf(violation));
  feasible.forEach((index, position) => (ranks[index] = fronts[position] ?? 0));
  return ranks;
}

function groupByRank(ranks: readonly number[]): number[][] {
  const groups: number[][] = [];
  ranks.forEach((rank, index) => (groups[rank] ??= []).push(index));
  return groups;
}

/** For each objective the distance between the neighbours, as a share of the front's extent. */
function addCrowding(
  front: readonly number[],
  contenders: readonly Contender[],
  crowding: number[],
): void {
  const value = (index: number, axis: number): number =>
    coordinate(contenders[index]?.objectives ?? [], axis);
  const axes = contenders[front[0] ?? 0]?.objectives.length ?? 0;
  for (let axis = 0; axis < axes; axis += 1) {
    const sorted = [...front].sort((a, b) => value(a, axis) - value(b, axis));
    const first = sorted[0] ?? 0;
    const last = sorted[sorted.length - 1] ?? 0;
    const extent = value(last, axis) - value(first, axis);
    sorted.forEach((index, position) => {
      const before = sorted[position - 1];
      const after = sorted[position + 1];
      const room =
        before === undefined || after === undefined
          ? Infinity
          : extent > 0
            ? (value(after, axis) - value(before, axis)) / extent
            : 0;
      crowding[index] = (crowding[index] ?? 0) + room;
    });
  }
}
