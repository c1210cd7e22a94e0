import fc from 'fast-check';
import { readBenchmarkModelTimings } from '../../../../agent/runtimes/tflite_benchmark/timings';

/** C++ prints six significant digits. */
const cpp = (value: number): string => String(Number(value.toPrecision(6)));

interface Runs {
  readonly runsUs: readonly number[];
}

function statistics({ runsUs }: Runs): {
  line: string;
  meanUs: number;
  minUs: number;
  maxUs: number;
} {
  const meanUs = runsUs.reduce((sum, run) => sum + run, 0) / runsUs.length;
  const [minUs, maxUs] = [Math.min(...runsUs), Math.max(...runsUs)];
  const spread = Math.sqrt(
    runsUs.reduce((sum, run) => sum + (run - meanUs) ** 2, 0) / runsUs.length,
  );
  const first = `count=${String(runsUs.length)} first=${String(runsUs[0])} curr=${String(runsUs.at(-1))}`;
  const line = `${first} min=${String(minUs)} max=${String(maxUs)} avg=${cpp(meanUs)} std=${String(Math.floor(spread))}`;
  return { line, meanUs, minUs, maxUs };
}

const anyRuns: fc.Arbitrary<Runs> = fc.record({
  runsUs: fc.array(fc.integer({ min: 50, max: 50_000_000 }), { minLength: 2, maxLength: 40 }),
});

describe('the timings of a benchmark_model', () => {
  it('are those that it printed, after those of its warm-up', () => {
    fc.assert(
      fc.property(anyRuns, anyRuns, (warmUp, measured) => {
        const { line, meanUs, minUs, maxUs } = statistics(measured);
        const lines = [
          statistics(warmUp).line,
          line,
          `Inference timings in us: Init: 1234, First inference: 5, Warmup (avg): 6, Inference (avg): ${cpp(meanUs)}`,
          'Overall peak memory footprint (MB) via periodic monitoring: 10.5',
        ];
        const timings = readBenchmarkModelTimings(lines);
        expect(timings).toMatchObject({
          initMs: 1.234,
          peakMemoryBytes: 10.5 * 1024 ** 2,
          aggregate: { count: measured.runsUs.length, minMs: minUs / 1_000, maxMs: maxUs / 1_000 },
        });
        expect(timings!.aggregate.meanMs).toBeCloseTo(
          meanUs / 1_000,
          -Math.log10(meanUs / 1e8) - 1,
        );
      }),
    );
  });

  it('are not there when the closing line is of other runs', () => {
    fc.assert(
      fc.property(anyRuns, fc.double({ min: 1.01, max: 10, noNaN: true }), (runs, factor) => {
        const { line, meanUs } = statistics(runs);
        // Old versions close in whole microseconds: what differs by less may be the same runs.
        fc.pre(meanUs * (factor - 1) > 2 + meanUs * factor * 1e-3);
        const closing = `Inference timings in us: Init: 1, Inference (avg): ${cpp(meanUs * factor)}`;
        expect(readBenchmarkModelTimings([line, closing])).toBeNull();
      }),
    );
  });

  it.each([
    ['no statistics', ['Inference timings in us: Inference (avg): 12000']],
    ['no closing line', ['count=5 min=1 max=3 avg=2 std=0']],
    ['a mean below the least', ['count=5 min=3 max=4 avg=2 std=0', 'Inference (avg): 0.002 ms']],
    [
      'a least above the greatest',
      ['count=5 min=4 max=3 avg=3 std=0', 'Inference (avg): 0.003 ms'],
    ],
    ['half a run', ['count=1.5 min=1 max=3 avg=2 std=0', 'Inference (avg): 0.002 ms']],
    ['no runs', ['count=0 min=1 max=3 avg=2 std=0', 'Inference (avg): 0.002 ms']],
  ])('are not there with %s', (_, lines) => {
    expect(readBenchmarkModelTimings(lines)).toBeNull();
  });
});
