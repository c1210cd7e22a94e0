import type { ReportCandidate } from './report_input';

/** What became of a target's candidates: the one count that everything in a report goes by. */
export interface Tally {
  /** Networks with a measurement, made for this search or reused. */
  readonly networks: number;
  readonly made: number;
  readonly reused: number;
  readonly infeasible: number;
  /** Break a limit that shows when they are built. */
  readonly excluded: number;
  readonly abandoned: number;
  /** On their way when the search was stopped. */
  readonly stopped: number;
  readonly open: number;
  /** Measurements of networks that had one already. */
  readonly confirmations: number;
  /** Time that devices spent on the measurements made for this search, and on the confirmations. */
  readonly madeMs: number;
  readonly confirmationsMs: number;
}

/** `candidates`: of one target. */
export function tallyOf(candidates: readonly ReportCandidate[]): Tally {
  const count = (state: ReportCandidate['state']): number =>
    candidates.filter((candidate) => candidate.state === state).length;
  const [made, reused] = [count('measured'), count('reused')];
  const again = candidates.flatMap(({ confirmations }) => confirmations);
  const own = candidates.flatMap(({ state, measurement }) =>
    state === 'measured' && measurement !== null ? [measurement] : [],
  );
  return {
    ...{
      networks: made + reused,
      made,
      reused,
      infeasible: count('infeasible'),
      excluded: count('excluded'),
    },
    ...{
      abandoned: count('abandoned'),
      stopped: count('stopped'),
      open: count('open'),
      confirmations: again.length,
    },
    madeMs: timeOf(own),
    confirmationsMs: timeOf(again),
  };
}

function timeOf(
  measurements: readonly { readonly startedAtMs: number; readonly finishedAtMs: number }[],
): number {
  // A phone's clock can be set back meanwhile.
  return measurements.reduce(
    (sum, { startedAtMs, finishedAtMs }) => sum + Math.max(0, finishedAtMs - startedAtMs),
    0,
  );
}
