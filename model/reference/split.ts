import { fail, ok, type Result } from '../../common/result';
import type { CutTensor } from './cut_tensor';
import { bodyOf } from './ends';
import { positionsOf } from './layout';
import type { Profile } from './profile';
import type { ReferenceStage } from './stages';

/** DONNA's number of blocks for convolutional networks, and for transformers, which have one stage. */
const defaultBlocks = { stages: 5, oneStage: 4 } as const;
/** Beyond that a search has more blocks than any network stages. */
export const mostBlocks = 64;
/** Ends of units that are weighed against each other; of more, evenly spaced ones are taken. */
const mostCutPoints = 300;

/** What counts beside unequal work: a cut where only the width changes, a cut inside a stage, a change of resolution inside a block, and a block of nothing but a pool. */
const penalty = { widthCut: 0.1, insideCut: 1, resolutionInBlock: 0.5, emptyBlock: 10 } as const;

/**
 * Proposes where to cut: the end of the stem, the ends of the blocks, of which the last is where the head begins. Blocks end
 * where stages do and do about the same work each. The error says how many blocks there can be.
 */
export function proposeSplit(
  stages: readonly ReferenceStage[],
  profile: Profile,
  blocks?: number,
): Result<readonly CutTensor[], string> {
  const units = stages.flatMap(({ cuts }) => cuts);
  if (units.length < 2) return fail(noSplit(units));
  const { first, last } = bodyOf(units, profile);
  const most = Math.min(mostBlocks, last - first);
  const count = blocks ?? defaultCount(stages, units.slice(first + 1, last + 1));
  if (count > most)
    return fail(
      `the network divides into at most ${most} ${most === 1 ? 'block' : 'blocks'} between '${units[first]?.tensor ?? ''}' and '${units[last]?.tensor ?? ''}', not ${count}`,
    );
  return ok(bestCuts(cutPoints(units.slice(first, last + 1), stages, count), count));
}

function noSplit([only]: readonly CutTensor[]): string {
  const what =
    only === undefined
      ? 'no tensor separates the network'
      : `only '${only.tensor}' separates the network`;
  return `${what}: shortcuts lead around all others, so there is no split into stem, blocks and head`;
}

function defaultCount(stages: readonly ReferenceStage[], body: readonly CutTensor[]): number {
  const inBody = stages.filter(({ cuts }) => cuts.some((cut) => body.includes(cut))).length;
  return Math.min(
    body.length,
    inBody === 1 ? defaultBlocks.oneStage : Math.min(inBody, defaultBlocks.stages),
  );
}

interface CutPoint {
  readonly cut: CutTensor;
  /** What cutting here costs. */
  readonly penalty: number;
  /** How often resolution changes behind points before this one, and behind this one too. */
  readonly changesBefore: number;
  readonly changesBehind: number;
}

function cutPoints(
  units: readonly CutTensor[],
  stages: readonly ReferenceStage[],
  blocks: number,
): readonly CutPoint[] {
  const ends = new Set(stages.map(({ cuts }) => cuts.at(-1)));
  let changes = 0;
  const points = units.map((cut, index): CutPoint => {
    const next = units[index + 1];
    const changesBefore = changes;
    const atEnd = ends.has(cut);
    if (atEnd && next !== undefined && positionsOf(next.layout) !== positionsOf(cut.layout))
      changes += 1;
    const costs = changes > changesBefore ? 0 : atEnd ? penalty.widthCut : penalty.insideCut;
    return { cut, penalty: costs, changesBefore, changesBehind: changes };
  });
  return points.length <= mostCutPoints
    ? points
    : evenlySpaced(points, Math.max(mostCutPoints, blocks + 1));
}

function evenlySpaced(points: readonly CutPoint[], count: number): readonly CutPoint[] {
  return Array.from(
    { length: count },
    (_, index) => points[Math.round((index * (points.length - 1)) / (count - 1))],
  ).filter((point) => point !== undefined);
}

/** The cheapest way from each point to the last in a given number of blocks. */
interface CutPlan {
  readonly cost: number;
  readonly cuts: readonly CutTensor[];
}

/** Dynamic programming over (blocks left, point); the cost of a block is its squared deviation from equal work and what it spans. */
function bestCuts(points: readonly CutPoint[], blocks: number): readonly CutTensor[] {
  const [first, last] = [points[0], points.at(-1)];
  const mean = ((last?.cut.macsBefore ?? 0) - (first?.cut.macsBefore ?? 0)) / blocks;
  const uneven = (from: CutPoint, to: CutPoint): number => {
    const macs = to.cut.macsBefore - from.cut.macsBefore;
    return macs === 0 ? penalty.emptyBlock : (macs / mean - 1) ** 2;
  };
  const spanned = (from: CutPoint, to: CutPoint): number =>
    penalty.resolutionInBlock * (to.changesBefore - from.changesBehind);
  let ways: readonly (CutPlan | undefined)[] = points.map((point) =>
    point === last ? { cost: 0, cuts: [point.cut] } : undefined,
  );
  for (let block = 0; block < blocks; block += 1) {
    const shorter = ways;
    ways = points.map((from, index) => {
      let best: CutPlan | undefined;
      for (let next = index + 1; next < points.length; next += 1) {
        const [to, rest] = [points[next], shorter[next]];
        if (to === undefined || rest === undefined) continue;
        const cost =
          rest.cost + uneven(from, to) + spanned(from, to) + (to === last ? 0 : to.penalty);
        if (best === undefined || cost < best.cost) best = { cost, cuts: [from.cut, ...rest.cuts] };
      }
      return best;
    });
  }
  return ways[0]?.cuts ?? [];
}
