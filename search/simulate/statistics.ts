import type { SimulatedRun } from './run';

/** Shares of the true hypervolume that are asked after. */
export const levels = [0.9, 0.95, 0.98, 0.99] as const;
/** Shares are sums of areas: what is missing to a level may be rounding. */
const rounding = 1e-9;

/** Over seeds; null where it is undefined, or not reached within the budget. */
export interface Spread {
  readonly least: number | null;
  readonly lowerQuartile: number | null;
  readonly median: number | null;
  readonly upperQuartile: number | null;
  readonly most: number | null;
}

/** Number of the measurement, from 1, with which a run reached a share of the true hypervolume; undefined when it did not. */
export function measurementsTo(
  share: number,
  { shares }: Pick<SimulatedRun, 'shares'>,
): number | undefined {
  const index = shares.findIndex((reached) => reached >= share - rounding);
  return index < 0 ? undefined : index + 1;
}

export function simulatedMsTo(
  share: number,
  run: Pick<SimulatedRun, 'shares' | 'endsAtMs'>,
): number | undefined {
  const count = measurementsTo(share, run);
  return count === undefined ? undefined : run.endsAtMs[count - 1];
}

/** What is undefined counts as above everything. Quantiles between two values lie in proportion between them. */
export function spreadOf(values: readonly (number | undefined)[]): Spread {
  const sorted = values
    .map((value) => value ?? Infinity)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const quantile = (share: number): number | null => {
    const place = share * (sorted.length - 1);
    const [below = Infinity, above = Infinity] = [
      sorted[Math.floor(place)],
      sorted[Math.ceil(place)],
    ];
    const value = below === above ? below : below + (place - Math.floor(place)) * (above - below);
    return Number.isFinite(value) ? value : null;
  };
  return {
    least: quantile(0),
    lowerQuartile: quantile(0.25),
    median: quantile(0.5),
    upperQuartile: quantile(0.75),
    most: quantile(1),
  };
}

/** The share after each measurement over runs; a run that has ended keeps its last. */
export function sharesByMeasurement(
  runs: readonly Pick<SimulatedRun, 'shares'>[],
): readonly Spread[] {
  const longest = Math.max(0, ...runs.map(({ shares }) => shares.length));
  return Array.from({ length: longest }, (_, index) =>
    spreadOf(runs.map(({ shares }) => shares[index] ?? shares.at(-1) ?? 0)),
  );
}
