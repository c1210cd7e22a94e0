import type { Observed } from '../spec/violation';

/** What a strategy believes of a latency before it is measured: its logarithm (of milliseconds) is normal. */
export interface Expectation {
  readonly logMean: number;
  /** How sure the strategy is, the measurement's own noise left out. */
  readonly deviation: number;
}

/** So many deviations off, belief or measurement is wrong. */
const doubtfulDeviations = 4;
/** Less than this factor apart harms little, however sure a strategy was. */
const doubtfulFactor = 1.3;
/** Two measurements of one network that are less than this factor apart agree. */
const agreement = 1.15;

/**
 * Whether a measurement is too far from what was believed to be learned from by itself. One that is far faster would bend the model towards what is not there. One that is
 * far slower only counts where the network was believed to join the front, at less than `joinsBelowMs`: else it is lost for good.
 */
export function isDoubtful(
  { logMean, deviation }: Expectation,
  { latencyMs, relativeNoise }: Pick<Observed, 'latencyMs' | 'relativeNoise'>,
  joinsBelowMs: number,
): boolean {
  const gap = Math.log(latencyMs) - logMean;
  if (
    Math.abs(gap) <
    Math.max(Math.log(doubtfulFactor), doubtfulDeviations * Math.hypot(deviation, relativeNoise))
  )
    return false;
  return gap < 0 || Math.exp(logMean) < joinsBelowMs;
}

/** Of a doubtful measurement and the one that was made again: the first where the second agrees with it, else the second. Told from the two alone, so that every process tells the same. */
export function standing<Latency extends { readonly latencyMs: number }>(
  first: Latency,
  again: Latency,
): Latency {
  const factor = first.latencyMs / again.latencyMs;
  return factor < agreement && factor > 1 / agreement ? first : again;
}
