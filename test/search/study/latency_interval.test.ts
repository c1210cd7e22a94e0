import type { Measurement } from '../../../common/measurement';
import { median } from '../../../common/statistics';
import { createRandom } from '../../../common/random';
import {
  isUncertain,
  latencyInterval,
  sessionMediansMs,
} from '../../../search/study/latency_interval';
import { sampleMeasurement } from '../../coordinator/sample_fleet';

function measured(...mediansMs: readonly (number | null)[]): Measurement {
  const measurement = sampleMeasurement('phone-0');
  return {
    ...measurement,
    sessionSummaries: mediansMs.map((p50Ms) => ({ ...measurement.summary, p50Ms, meanMs: 7 })),
  };
}

describe('the interval of a latency', () => {
  it("is Student's t over the medians of the sessions", () => {
    // Mean 2, standard deviation 1, t with 2 degrees of freedom 4.30265: 2 ± 4.30265 / √3, which is below zero on one side.
    expect(latencyInterval([1, 2, 3])).toEqual({
      kind: 'interval',
      lowMs: 0,
      highMs: expect.closeTo(4.48414, 4) as number,
      sessions: 3,
    });
    expect(latencyInterval([9, 11])).toEqual({
      kind: 'interval',
      lowMs: 0,
      highMs: expect.closeTo(10 + 12.7062, 3) as number,
      sessions: 2,
    });
  });

  it('is uncertain where it is wider than the latency itself', () => {
    const uncertain = (...mediansMs: readonly number[]): boolean =>
      isUncertain(latencyInterval(mediansMs), median(mediansMs));
    expect(uncertain(10, 10.1, 10.2)).toBe(false);
    expect(uncertain(10, 11, 12)).toBe(false);
    expect(uncertain(10, 13, 16)).toBe(true);
    // Two sessions tell little: a tenth apart is 12.7 times as much as the half of it.
    expect(uncertain(10, 11)).toBe(true);
    expect(uncertain(5)).toBe(false);
  });

  it('is none for a single session', () => {
    expect(latencyInterval([5])).toEqual({ kind: 'single-session' });
  });

  it("takes a session's mean where the tool gives no median", () => {
    expect(sessionMediansMs(measured(5, null))).toEqual([5, 7]);
  });

  it('holds the true latency in 95 of 100 experiments', () => {
    const random = createRandom(1);
    const experiments = 4_000;
    let held = 0;
    for (let experiment = 0; experiment < experiments; experiment += 1) {
      const interval = latencyInterval(Array.from({ length: 4 }, () => 20 + random.normal()));
      if (interval.kind === 'interval' && interval.lowMs <= 20 && interval.highMs >= 20) held += 1;
    }
    expect(held / experiments).toBeGreaterThan(0.94);
    expect(held / experiments).toBeLessThan(0.96);
  });
});
