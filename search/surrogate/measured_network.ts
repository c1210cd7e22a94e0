import type { Random } from '../../common/random';
import type { Candidate } from './candidate';
import type { MeasuredLatency } from './latency_model';

/** What was measured of a network on the surrogate's target, or on each of a fleet. */
export interface MeasuredNetwork {
  readonly candidate: Candidate;
  /** One, or as many as there are targets. */
  readonly latenciesMs: readonly number[];
  readonly relativeNoise: number;
  readonly deviceSerial: string | undefined;
  /** It breaks no limit, and may be on the front. */
  readonly isValid: boolean;
}

/**
 * Several latencies as one, so that each proposal looks in another direction of the front over all targets: each relative to its typical value, times a weight of
 * chance, evenly distributed over the weights that sum to one (ParEGO, https://doi.org/10.1109/TEVC.2005.851274, with sums). A single latency stays as it is.
 */
export function asOneLatency(
  measured: readonly MeasuredNetwork[],
  random: Random,
): readonly MeasuredLatency[] {
  const count = measured[0]?.latenciesMs.length ?? 1;
  if (count === 1)
    return measured.map(({ latenciesMs, ...same }) => ({
      ...same,
      latencyMs: latenciesMs[0] ?? Number.NaN,
    }));
  const draws = Array.from({ length: count }, () => -Math.log(1 - random.next()));
  const total = draws.reduce((sum, draw) => sum + draw, 0);
  const weights = draws.map(
    (draw, index) =>
      draw / total / typical(measured.map(({ latenciesMs }) => latenciesMs[index] ?? Number.NaN)),
  );
  return measured.map(({ candidate, latenciesMs, relativeNoise }) => ({
    candidate,
    latencyMs: latenciesMs.reduce(
      (sum, latencyMs, index) => sum + (weights[index] ?? 0) * latencyMs,
      0,
    ),
    relativeNoise,
    // A sum over targets has no device of its own.
    deviceSerial: undefined,
  }));
}

function typical(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
