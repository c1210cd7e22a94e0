import type { Random } from '../../common/random';

/** Log-normal standard deviations; see docs/virtual-phones.md for what they stand on. */
const betweenPhones = 0.035;
const betweenSessions = 0.008;
const betweenRuns = 0.02;
/** Two phones of one model differ by at most some 20 %. */
const largestPhoneDeviation = 0.1;
const outlier = { probability: 0.004, smallestFactor: 1.15, largestFactor: 2.5 };
/** The first runs after a process start: caches, clocks and the NPU's power rails. */
const warmUpFactors = [3.2, 1.35, 1.1, 1.03];

/** How much faster or slower one phone is than its kind, for its whole life. */
export function phoneFactor(random: Random): number {
  const deviation = betweenPhones * random.normal();
  return Math.exp(Math.min(largestPhoneDeviation, Math.max(-largestPhoneDeviation, deviation)));
}

/** Factors for consecutive runs of one session; the first ones are the warm-up. */
export function* runFactors(random: Random): Generator<number, never> {
  const session = Math.exp(betweenSessions * random.normal());
  for (let run = 0; ; run += 1) {
    const spread = Math.exp(betweenRuns * random.normal());
    const disturbed =
      random.next() < outlier.probability
        ? outlier.smallestFactor + random.next() * (outlier.largestFactor - outlier.smallestFactor)
        : 1;
    yield session * spread * disturbed * (warmUpFactors[run] ?? 1);
  }
}
