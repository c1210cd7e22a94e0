import type { SimulatedRun } from '../../search/simulate/run';
import {
  levels,
  measurementsTo,
  sharesByMeasurement,
  simulatedMsTo,
  spreadOf,
  type Spread,
} from '../../search/simulate/statistics';

/** What the runs of one strategy on one target have in common. */
export interface SimulationResult {
  readonly target: string;
  readonly strategy: string;
  readonly runs: readonly SeededRun[];
  /** For each of `levels`. */
  readonly measurementsTo: readonly Spread[];
  readonly simulatedMsTo: readonly Spread[];
  /** Share of the true hypervolume at the end. */
  readonly share: Spread;
  readonly utilization: Spread;
  readonly duplicates: Spread;
  readonly proposalMs: Spread;
  readonly shares: readonly Spread[];
}

export interface SeededRun extends SimulatedRun {
  readonly seed: number;
}

export function summarize(
  target: string,
  strategy: string,
  runs: readonly SeededRun[],
): SimulationResult {
  return {
    target,
    strategy,
    runs,
    measurementsTo: levels.map((level) => spreadOf(runs.map((run) => measurementsTo(level, run)))),
    simulatedMsTo: levels.map((level) => spreadOf(runs.map((run) => simulatedMsTo(level, run)))),
    share: spreadOf(runs.map(({ shares }) => shares.at(-1))),
    utilization: spreadOf(runs.map(({ utilization }) => utilization)),
    duplicates: spreadOf(runs.map(({ duplicates }) => duplicates)),
    proposalMs: spreadOf(runs.map(({ proposalMs }) => proposalMs)),
    shares: sharesByMeasurement(runs),
  };
}
