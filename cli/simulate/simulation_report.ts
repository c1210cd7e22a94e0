import {
  levels,
  measurementsTo,
  simulatedMsTo,
  type Spread,
} from '../../search/simulate/statistics';
import { formatTable, type TableCell } from '../output/table';
import type { SimulationResult } from './simulation_result';

const percents = levels.map((level) => String(Math.round(level * 100)));
const msPerMinute = 60_000;

/** A row for each target and strategy: medians over seeds, with quartiles where seeds scatter most. */
export function formatResults(results: readonly SimulationResult[]): string {
  const headings = [
    'TARGET',
    'STRATEGY',
    'SEEDS',
    ...percents.map((percent) => `${percent} % AFTER`),
    '99 % WORST',
    'HYPERVOLUME %',
    'BUSY %',
    'MINUTES TO 98 %',
    'DUPLICATES',
    'MS/PROPOSAL',
  ];
  return formatTable(headings, results.map(toCells));
}

function toCells(result: SimulationResult): readonly TableCell[] {
  const spread = ({ lowerQuartile, median, upperQuartile }: Spread): string =>
    `${whole(median)} (${whole(lowerQuartile)}..${whole(upperQuartile)})`;
  const last = levels.length - 1;
  return [
    result.target,
    result.strategy,
    { value: result.runs.length, decimals: 0 },
    ...result.measurementsTo.map(spread),
    { value: result.measurementsTo[last]?.most ?? null, decimals: 0 },
    scaled(result.share, 100, 2),
    scaled(result.utilization, 100, 1),
    scaled(result.simulatedMsTo[levels.indexOf(0.98)], 1 / msPerMinute, 1),
    scaled(result.duplicates, 1, 0),
    scaled(result.proposalMs, 1, 2),
  ];
}

function whole(value: number | null): string {
  return value === null ? '-' : value.toFixed(0);
}

function scaled(spread: Spread | undefined, factor: number, decimals: number): TableCell {
  const median = spread?.median ?? null;
  return { value: median === null ? null : factor * median, decimals };
}

/** A line for each run; empty = not reached within the budget. */
export function runsToCsv(results: readonly SimulationResult[]): string {
  const headings = [
    'target',
    'strategy',
    'seed',
    'measurements',
    'hypervolume_share',
    ...percents.map((percent) => `measurements_to_${percent}`),
    ...percents.map((percent) => `simulated_ms_to_${percent}`),
    'simulated_ms',
    'utilization',
    'duplicates',
    'proposal_ms',
  ];
  const lines = results.flatMap(({ target, strategy, runs }) =>
    runs.map((run) => [
      target,
      strategy,
      run.seed,
      run.shares.length,
      run.shares.at(-1),
      ...levels.map((level) => measurementsTo(level, run)),
      ...levels.map((level) => simulatedMsTo(level, run)),
      run.endsAtMs.at(-1),
      run.utilization,
      run.duplicates,
      run.proposalMs,
    ]),
  );
  return toCsv([headings, ...lines]);
}

/** A line for each measurement of each strategy on each target. */
export function sharesToCsv(results: readonly SimulationResult[]): string {
  const lines = results.flatMap(({ target, strategy, shares }) =>
    shares.map((spread, index) => [
      target,
      strategy,
      index + 1,
      spread.least,
      spread.lowerQuartile,
      spread.median,
      spread.upperQuartile,
      spread.most,
    ]),
  );
  return toCsv([
    [
      'target',
      'strategy',
      'measurements',
      'hypervolume_share_least',
      'lower_quartile',
      'median',
      'upper_quartile',
      'most',
    ],
    ...lines,
  ]);
}

/** No value has a comma: targets and strategies are words. */
function toCsv(rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  return `${rows.map((row) => row.map((value) => value ?? '').join(',')).join('\r\n')}\r\n`;
}
