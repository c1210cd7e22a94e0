import { listNetworks } from '../../model/space/genotype';
import { filterSpace } from '../../model/space/filtered_space';
import type { CostBounds, CostedSpace, Genotype, Space } from '../../model/space/space';
import type { AccuracySource, AccuracySums } from './accuracy_source';
import { drawAtLeast, greatestOf, leastCostAtLeast, type ValuedParts } from './valued_parts';

/** A network of a space, and what is known of it. */
export interface AccurateNetwork {
  readonly architecture: string;
  readonly accuracyPercent: number;
}

/** A network is one option of each part, and its accuracy what they add up to. */
interface SummedParts {
  readonly sums: AccuracySums;
  readonly parts: readonly (readonly Genotype[])[];
}

/** The networks of the space that are accurate enough. Of sums over parts some are drawn however few they are. */
export function atLeastAsAccurate(
  space: Space,
  source: AccuracySource,
  accuracyPercentMin: number,
): Space {
  const isAdmitted = (architecture: string): boolean =>
    source.accuracyOf(architecture).percent >= accuracyPercentMin;
  const summed = summedParts(space, source);
  if (summed === undefined) return filterSpace(space, isAdmitted);
  const valued = valuedParts(summed);
  const least = accuracyPercentMin - summed.sums.basePercent;
  return greatestOf(valued).sum < least
    ? filterSpace(space, isAdmitted)
    : filterSpace(space, isAdmitted, drawAtLeast(valued, least));
}

/** Exactly, where the networks can be listed or the accuracies are sums; undefined where neither is so, and where there are no networks. */
export function mostAccurate(space: Space, source: AccuracySource): AccurateNetwork | undefined {
  const named = (architecture: string): AccurateNetwork => ({
    architecture,
    accuracyPercent: source.accuracyOf(architecture).percent,
  });
  const summed = summedParts(space, source);
  if (summed !== undefined) {
    const architecture = space.architectureOf(greatestOf(valuedParts(summed)).genotype);
    return architecture === undefined ? undefined : named(architecture);
  }
  return listNetworks(space)
    ?.map(named)
    .reduce<AccurateNetwork | undefined>(
      (best, each) =>
        best === undefined || each.accuracyPercent > best.accuracyPercent ? each : best,
      undefined,
    );
}

/** What no network that is accurate enough has less of, each cost by itself; where neither listing nor sums tell, what no network at all has less of. */
export function boundsAtLeastAsAccurate(
  space: CostedSpace,
  source: AccuracySource,
  accuracyPercentMin: number,
): CostBounds {
  const summed = summedParts(space, source);
  const costs = space.partCosts?.();
  if (summed === undefined || costs === undefined) {
    const accurate = listNetworks(space)?.filter(
      (architecture) => source.accuracyOf(architecture).percent >= accuracyPercentMin,
    );
    return space.costBounds(accurate?.length === 0 ? undefined : accurate);
  }
  const valued = valuedParts(summed);
  const least = (field: keyof typeof costs.shared): number =>
    costs.shared[field] +
    (leastCostAtLeast(
      valued.map((options, part) =>
        options.map(({ value }, option) => ({
          value,
          cost: costs.parts[part]?.[option]?.[field] ?? 0,
        })),
      ),
      accuracyPercentMin - summed.sums.basePercent,
    ) ?? 0);
  return {
    macs: least('macs'),
    parameters: least('parameters'),
    peakActivationBytes: space.costBounds().peakActivationBytes,
    modelBytes: Math.ceil(least('modelBytes')),
  };
}

function summedParts(space: Space, { sums }: AccuracySource): SummedParts | undefined {
  const parts = space.parts?.();
  return sums === undefined || parts === undefined ? undefined : { sums, parts };
}

function valuedParts({ sums, parts }: SummedParts): ValuedParts {
  return sums
    .addedBy(parts)
    .map((values, part) =>
      values.map((value, option) => ({ genotype: parts[part]?.[option] ?? [], value })),
    );
}
