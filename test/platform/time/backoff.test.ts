import fc from 'fast-check';
import { backoffDelayMs } from '../../../platform/time/backoff';

const policy = { firstDelayMs: 200, largestDelayMs: 5_000 };

describe('the delay before a retry', () => {
  it('doubles with each attempt up to the largest', () => {
    const delays = [0, 1, 2, 3, 4, 5, 6].map((attempt) => backoffDelayMs(policy, attempt, 1));
    expect(delays).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  });

  it('is spread over the upper half, so that clients do not come back in step', () => {
    expect(backoffDelayMs(policy, 1, 0)).toBe(200);
    expect(backoffDelayMs(policy, 1, 0.5)).toBe(300);
  });

  it('stays within its bounds for any number of attempts', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, uniform) => {
          const delayMs = backoffDelayMs(policy, attempt, uniform);
          return delayMs >= policy.firstDelayMs / 2 && delayMs <= policy.largestDelayMs;
        },
      ),
    );
  });
});
