import type { Evaluation } from '../strategy/strategy';
import { fleetLatencies, type FleetAim } from '../spec/fleet_aim';

/** What one target says of an architecture; `withdrawn` when no evaluation will come. */
export type TargetVerdict = Evaluation | 'withdrawn';

/** The latencies on all targets, and what follows from them. */
interface FleetEvaluation {
  readonly evaluation: Evaluation;
  /** In the order of the targets; undefined unless all measured it. */
  readonly latenciesMs: readonly number[] | undefined;
}

/** What the verdicts of all targets say together. What cannot run on one of them cannot run on the fleet; limits that are broken add up. */
export function judgeFleet(
  aim: FleetAim,
  verdicts: readonly TargetVerdict[],
): FleetEvaluation | 'withdrawn' {
  const evaluations = verdicts.filter((verdict) => verdict !== 'withdrawn');
  const violation = evaluations.reduce((sum, evaluation) => sum + evaluation.violation, 0);
  if (evaluations.some(({ kind }) => kind === 'infeasible'))
    return { evaluation: { kind: 'infeasible', violation }, latenciesMs: undefined };
  const measured = evaluations.filter((evaluation) => evaluation.kind === 'measured');
  if (measured.length < verdicts.length) return 'withdrawn';
  const latenciesMs = measured.map(({ objectives }) => objectives[0] ?? Number.NaN);
  const errorPercent = measured[0]?.objectives[1] ?? Number.NaN;
  const noise = measured
    .map(({ relativeNoise }) => relativeNoise)
    .filter((each) => each !== undefined);
  const objectives = [...fleetLatencies(aim, latenciesMs), errorPercent];
  return {
    evaluation: {
      kind: 'measured',
      objectives,
      violation,
      ...(noise.length === 0 ? {} : { relativeNoise: Math.max(...noise) }),
    },
    latenciesMs,
  };
}
