/** Beyond it Φ differs from 0 or 1 by less than 1e-16. */
const farTail = 8.3;

/** The density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/**
 * The standard normal distribution function Φ, by the series φ(x)·(x + x³/3 + x⁵/(3·5) + …) + 1/2 (Marsaglia, Evaluating
 * the Normal Distribution, J. Stat. Software 11(4), 2004). All terms have one sign; the absolute error is below 1e-14.
 */
export function normalDistribution(x: number): number {
  if (x < 0) return 1 - normalDistribution(-x);
  if (x > farTail) return 1;
  let [sum, term, odd] = [x, x, 1];
  while (term > sum * Number.EPSILON) {
    odd += 2;
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + sum * normalDensity(x);
}

export interface ClipInterval {
  readonly low: number;
  /** May be infinite: a plain ReLU. */
  readonly high: number;
}

/** E[clamp(x, low, high)] of a normal x (Nagel et al., Data-Free Quantization, 2019, appendix C). */
export function expectedClipped(
  mean: number,
  deviation: number,
  { low, high }: ClipInterval,
): number {
  if (deviation === 0) return Math.min(Math.max(mean, low), high);
  const [a, b] = [(low - mean) / deviation, (high - mean) / deviation];
  const inside =
    mean * (normalDistribution(b) - normalDistribution(a)) +
    deviation * (normalDensity(a) - normalDensity(b));
  return (
    inside +
    low * normalDistribution(a) +
    (Number.isFinite(high) ? high * (1 - normalDistribution(b)) : 0)
  );
}
