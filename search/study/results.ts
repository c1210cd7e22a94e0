import { List } from 'immutable';
import { joinsBelowMs, pointOf, withMember, type FrontMember } from '../front/front';
import { hypervolume } from '../front/hypervolume';

/** Measurements that fix the reference: enough to see the scale, few enough to have it early. */
const referenceSampleSize = 10;
/** Room beyond the worst of the sample, so that the ends of the front count. */
const referenceMargin = 1.1;

/** What a measurement says of a network's place: `outside` breaks a limit, `uncertain` is not known to better than its own size. */
export interface TrialResult extends FrontMember {
  readonly standing: 'certain' | 'uncertain' | 'outside';
}

/**
 * What a study has found on one target, in the order in which it was measured. Its hypervolume is the share of the box from (0 ms, 0 % error)
 * to a reference point that the front dominates. The reference is the worst latency and the worst error of the first ten
 * members it was offered, each times 1.1; from then on it stays, so the hypervolume can only grow, and compares within a search
 * and target, not across them.
 */
export interface Results {
  readonly all: List<TrialResult>;
  /** Non-dominated among the certain; fastest first. */
  readonly front: readonly FrontMember[];
  readonly hypervolumes: List<number>;
  readonly sampled: number;
  readonly reference: readonly [latencyMs: number, errorPercent: number];
}

export const noResults: Results = {
  all: List(),
  front: [],
  hypervolumes: List(),
  sampled: 0,
  reference: [0, 0],
};

/** From now on the reference stays: before, what the hypervolume is a share of moves. */
export function hasReference({ sampled }: Results): boolean {
  return sampled >= referenceSampleSize;
}

export function withResult(results: Results, result: TrialResult): Results {
  const all = results.all.push(result);
  if (result.standing !== 'certain') return remembered({ ...results, all }, hasReference(results));
  const isMoving = !hasReference(results);
  const [latencyMs, errorPercent] = pointOf(result);
  const [longestMs, largestPercent] = results.reference;
  return remembered(
    {
      ...results,
      all,
      front: withMember(results.front, result),
      ...(isMoving
        ? {
            sampled: results.sampled + 1,
            reference: [
              Math.max(longestMs, latencyMs * referenceMargin),
              Math.max(largestPercent, errorPercent * referenceMargin),
            ],
          }
        : {}),
    },
    !isMoving,
  );
}

/** All results anew, with what is known of their accuracies now. */
export function withAccuracies(
  results: Results,
  accuracyPercentOf: (architecture: string) => number,
): Results {
  return results.all.reduce(
    (anew, result) =>
      withResult(anew, { ...result, accuracyPercent: accuracyPercentOf(result.architecture) }),
    noResults,
  );
}

/** What the members dominate, by the reference as it is now; from 0 to below 1. */
export function hypervolumeOf(
  { sampled, reference }: Results,
  members: readonly FrontMember[],
): number {
  if (sampled === 0) return 0;
  return hypervolume(members.map(pointOf), reference) / (reference[0] * reference[1]);
}

/** Certain ones, on the front or dominated. */
export function certainOf({ all }: Results): readonly TrialResult[] {
  return [...all.filter(({ standing }) => standing === 'certain')];
}

/** Would join the front, were their latencies known to better than their own size; fastest first. */
export function uncertainOf(results: Results): readonly TrialResult[] {
  return [...results.all]
    .filter(
      ({ standing, latencyMs, accuracyPercent }) =>
        standing === 'uncertain' && latencyMs < joinsBelowMs(results.front, accuracyPercent),
    )
    .sort((a, b) => a.latencyMs - b.latencyMs);
}

/** All that would be on the front, were they certain; fastest first. */
export function foundOf(results: Results): readonly FrontMember[] {
  const uncertain = uncertainOf(results);
  return uncertain.length === 0
    ? results.front
    : [...results.front, ...uncertain].sort((a, b) => a.latencyMs - b.latencyMs);
}

/** By one reference for all moments: while it moves, those before are told anew, so that what was measured later makes none of them less. */
function remembered(results: Results, isSteady: boolean): Results {
  // Sums in another order differ in their last digit.
  if (isSteady)
    return {
      ...results,
      hypervolumes: results.hypervolumes.push(
        Math.max(hypervolumeOf(results, results.front), results.hypervolumes.last() ?? 0),
      ),
    };
  let front: readonly FrontMember[] = [];
  return {
    ...results,
    hypervolumes: results.all.map((result) => {
      if (result.standing === 'certain') front = withMember(front, result);
      return hypervolumeOf(results, front);
    }),
  };
}
