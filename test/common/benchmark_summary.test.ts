import fc from 'fast-check';
import { median, quantile, standardDeviation } from '../../common/statistics';
import { summarizeBenchmark, summarizeSession } from '../../common/benchmark_summary';
import type { Session, TimingAggregate } from '../../common/measurement';

const samples = fc.array(fc.double({ min: 0.001, max: 10_000, noNaN: true }), {
  minLength: 1,
  maxLength: 60,
});

function sampled(samplesMs: readonly number[]): Session {
  return { timings: { kind: 'samples', samplesMs }, initMs: null, peakMemoryBytes: null };
}

function aggregated(aggregate: Partial<TimingAggregate>): Session {
  const whole = {
    count: 50,
    minMs: 9,
    maxMs: 12,
    meanMs: 10,
    sdMs: 1,
    p5Ms: null,
    p50Ms: null,
    p95Ms: null,
    ...aggregate,
  };
  return { timings: { kind: 'aggregate', aggregate: whole }, initMs: null, peakMemoryBytes: null };
}

describe('quantiles', () => {
  // numpy.quantile([1, 2, 4, 8], [0.05, 0.5, 0.9, 0.95])
  test.each([
    [0.05, 1.15],
    [0.5, 3],
    [0.9, 6.8],
    [0.95, 7.4],
    [0, 1],
    [1, 8],
  ])('%d of 1, 2, 4, 8 is %d, as NumPy says', (fraction, expected) => {
    expect(quantile([1, 2, 4, 8], fraction)).toBeCloseTo(expected, 12);
  });

  test('between any two fractions that fall on samples, they lie on the line between these', () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, fraction) => {
        const ascending = values.toSorted((a, b) => a - b);
        const position = fraction * (ascending.length - 1);
        const low = ascending[Math.floor(position)]!;
        const high = ascending[Math.ceil(position)]!;
        const oracle = low * (1 - (position % 1)) + high * (position % 1);
        expect(Math.abs(quantile(ascending, fraction) - oracle)).toBeLessThanOrEqual(1e-9 * oracle);
      }),
    );
  });

  test('the median of an even count is the middle of the two in the middle', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

test('the standard deviation has n − 1 below, and agrees with all pairwise differences', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.1, max: 100, noNaN: true }), { minLength: 2, maxLength: 30 }),
      (values) => {
        const n = values.length;
        const pairs = values.reduce(
          (sum, a) => sum + values.reduce((inner, b) => inner + (a - b) ** 2, 0),
          0,
        );
        expect(standardDeviation(values)).toBeCloseTo(Math.sqrt(pairs / (2 * n * (n - 1))), 6);
      },
    ),
  );
});

describe('a session', () => {
  test('of samples', () => {
    expect(summarizeSession(sampled([3, 1, 2]))).toEqual({
      n: 3,
      minMs: 1,
      p5Ms: 1.1,
      p50Ms: 2,
      p90Ms: 2.8,
      p95Ms: 2.9,
      meanMs: 2,
      sdMs: 1,
    });
  });

  test('of an aggregate has no quantile that the tool did not give', () => {
    expect(summarizeSession(aggregated({ p50Ms: 9.5 }))).toEqual({
      n: 50,
      minMs: 9,
      p5Ms: null,
      p50Ms: 9.5,
      p90Ms: null,
      p95Ms: null,
      meanMs: 10,
      sdMs: 1,
    });
  });
});

describe('a benchmark', () => {
  test("its headline is the median of the sessions' medians, which one disturbed session cannot move", () => {
    const { latencyMs } = summarizeBenchmark([
      sampled([10, 10, 50]),
      sampled([11, 11, 11]),
      sampled([90, 90, 90]),
    ]);
    expect(latencyMs).toBe(11);
  });

  test("where a tool gives no median, a session's mean stands for it", () => {
    expect(
      summarizeBenchmark([aggregated({ meanMs: 10 }), aggregated({ meanMs: 12 })]).latencyMs,
    ).toBe(11);
  });

  test('a single session has no variation between sessions', () => {
    expect(summarizeBenchmark([sampled([1, 2])]).betweenSessionsCv).toBeNull();
  });

  test('the variation between sessions is that of the headlines', () => {
    expect(
      summarizeBenchmark([sampled([9]), sampled([10]), sampled([11])]).betweenSessionsCv,
    ).toBeCloseTo(0.1, 12);
  });

  test('over all sessions, samples are taken together', () => {
    fc.assert(
      fc.property(
        fc.array(samples, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        (sessions, rotation) => {
          const { summary } = summarizeBenchmark(sessions.map(sampled));
          expect(summary).toEqual(summarizeSession(sampled(sessions.flat())));
          const turned = [
            ...sessions.slice(rotation % sessions.length),
            ...sessions.slice(0, rotation % sessions.length),
          ];
          expect(summarizeBenchmark(turned.map(sampled)).summary).toEqual(summary);
        },
      ),
    );
  });

  test('aggregates pool to the mean and deviation that their samples would have had', () => {
    const populationSd = (values: readonly number[]): number =>
      Math.sqrt(
        values.reduce((sum, value) => sum + (value - meanOf(values)) ** 2, 0) / values.length,
      );
    const meanOf = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    fc.assert(
      fc.property(fc.array(samples, { minLength: 2, maxLength: 5 }), (sessions) => {
        const { summary } = summarizeBenchmark(
          sessions.map((values) =>
            aggregated({
              count: values.length,
              minMs: Math.min(...values),
              meanMs: meanOf(values),
              sdMs: populationSd(values),
            }),
          ),
        );
        const all = sessions.flat();
        expect(summary.n).toBe(all.length);
        expect(summary.minMs).toBe(Math.min(...all));
        expect(summary.meanMs).toBeCloseTo(meanOf(all), 6);
        expect(summary.sdMs).toBeCloseTo(populationSd(all), 6);
        expect([summary.p5Ms, summary.p50Ms, summary.p90Ms, summary.p95Ms]).toEqual([
          null,
          null,
          null,
          null,
        ]);
      }),
    );
  });
});
