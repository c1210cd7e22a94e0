import fc from 'fast-check';
import { readResultCsv } from '../../../../agent/runtimes/onnxruntime_perf_test/result_csv';

/** As the tool's own loop writes them: performance_runner.cc, in the simplest words. */
function written(model: string, samplesS: readonly string[], peakBytes: number): string {
  return samplesS
    .map((seconds, run) => `${model},${seconds},${String(peakBytes)},100,${String(run)}\n`)
    .join('');
}

const anyModel = fc.oneof(
  fc.constantFrom('m', 'model.onnx', '', '0', 'a,b', '1,2,3', 'x,0.5', 'résumé'),
  fc.string({ unit: fc.constantFrom('a', ',', '1', '.', ' ', '-'), maxLength: 8 }),
);
const anySeconds = fc
  .double({ min: 1e-6, max: 100, noNaN: true })
  .map((seconds) => seconds.toPrecision(6))
  .filter((text) => Number(text) > 0);

describe('the result file', () => {
  it('gives back the times that were written, whatever the model is called', () => {
    fc.assert(
      fc.property(
        anyModel,
        fc.uniqueArray(anySeconds, { minLength: 2, maxLength: 30, selector: Number }),
        fc.nat(1e9),
        (model, samples, peakBytes) => {
          const text = written(model, samples, peakBytes);
          expect(readResultCsv(text)).toEqual(samples.map((seconds) => Number(seconds) * 1_000));
        },
      ),
    );
  });

  it('gives the same with statistics behind it, and with Windows line ends', () => {
    const text = written('m', ['0.5', '0.25'], 7);
    const statistics = '\nMin Latency: 0.25 s\nMax Latency: 0.5 s\nP50 Latency: 0.25 s\n';
    expect(readResultCsv(text + statistics)).toEqual([500, 250]);
    expect(readResultCsv((text + statistics).replaceAll('\n', '\r\n'))).toEqual([500, 250]);
  });

  it('that lost a row in its middle is not used', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 20 }), fc.nat(), (count, at) => {
        const rows = written(
          'm',
          Array.from({ length: count }, (_, run) => `0.0${String(run + 1)}`),
          7,
        )
          .trimEnd()
          .split('\n');
        const lost = rows.toSpliced(at % (count - 1), 1);
        expect(readResultCsv(lost.join('\n'))).toBeNull();
      }),
    );
  });

  it('is times above zero or nothing, for any text', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('m', ',', '1', '0', '.', '\n', '-', 'e'),
          maxLength: 200,
        }),
        (text) => {
          const samples = readResultCsv(text);
          if (samples === null) return;
          expect(samples.length).toBeGreaterThan(0);
          for (const sample of samples) expect(sample > 0 && Number.isFinite(sample)).toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
