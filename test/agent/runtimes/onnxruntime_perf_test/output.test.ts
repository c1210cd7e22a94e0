import fc from 'fast-check';
import { parsePerfTest } from '../../../../agent/runtimes/onnxruntime_perf_test/output';
import { readResultCsv } from '../../../../agent/runtimes/onnxruntime_perf_test/result_csv';
import { invocationFor, printed } from '../tool/invocation';
import { anyToolOutput, expectTotal, mutated } from '../tool/parser_contract';

const plan = { runs: 3, warmupRuns: 2 };
const cpu = invocationFor('onnxruntime/cpu/int8', plan);

/** Two warm-up runs and three that count, in seconds. */
const csv =
  'model.onnx,0.0121,41943040,12,0\nmodel.onnx,0.0111,41943040,12,1\nmodel.onnx,0.0101,41943040,12,2\nmodel.onnx,0.0103,41943040,12,3\nmodel.onnx,0.0102,41943040,12,4\n';

/** What -s appends after the rows. */
const statistics =
  '\nMin Latency: 0.0101 s\nMax Latency: 0.0121 s\nP50 Latency: 0.0103 s\nP90 Latency: 0.0121 s\nP95 Latency: 0.0121 s\nP99 Latency: 0.0121 s\nP999 Latency: 0.0121 s\n';

const newForm = `
Setting intra_op_num_threads to 1
Session creation time cost: 0.0735 s
First inference time cost: 15 ms
Total inference time cost: 0.0538 s
Total inference requests: 5
Average inference time cost total: 10.760000 ms
Total inference run time: 0.0539 s
Number of inferences per second: 92.76
Avg CPU usage: 12 %
Peak working set size: 41943040 bytes
Avg CPU usage:12
Peak working set size:41943040
Runs:5
Min Latency: 0.0101 s
P999 Latency: 0.0121 s
`;

const oldForm = `Session creation time cost:0.0735 s
Total inference time cost:0.0538 s
Total inference requests:5
Average inference time cost:10.76 ms
Total inference run time:0.0539 s`;

describe('what onnxruntime_perf_test reported', () => {
  test("the samples of its file, without the plan's warm-up runs, in milliseconds", () => {
    const parsed = parsePerfTest(printed(newForm, 0, { resultFile: csv }), cpu);
    expect(parsed).toMatchObject({
      ok: true,
      value: { session: { initMs: 73.5, peakMemoryBytes: 41943040 }, unitShare: 1, caveats: [] },
    });
    expect(samplesOf(parsed)).toEqual(
      [10.1, 10.3, 10.2].map((ms) => expect.closeTo(ms, 9) as number),
    );
  });

  test('the form of 2020, without space after the colon and without memory', () => {
    expect(parsePerfTest(printed(oldForm, 0, { resultFile: csv }), cpu)).toMatchObject({
      ok: true,
      value: { session: { initMs: 73.5, peakMemoryBytes: null } },
    });
  });

  test('its warnings become a caveat, because they slow some models down', () => {
    const warned = `2026-11-02 09:30:11.125 [W:onnxruntime:, qnn_execution_provider.cc:42 Compile] QNN says something\n${newForm}`;
    const parsed = parsePerfTest(printed(warned, 0, { resultFile: csv }), cpu);
    expect(parsed.ok && parsed.value.caveats).toEqual([
      expect.stringContaining('printed 1 warnings') as string,
    ]);
  });

  test.each([
    ['no file', null, newForm],
    ['a file that adds up to another total', csv.replaceAll('0.01', '0.09'), newForm],
    ['no total to check against', csv, 'Session creation time cost: 0.0735 s'],
    ['a file of another run before ours', csv + csv, newForm],
  ])('%s is no measurement', (_, resultFile, stdout) => {
    expect(parsePerfTest(printed(stdout, 0, { resultFile }), cpu)).toMatchObject({
      ok: false,
      error: { kind: 'farm-fault', code: 'unreadable-output' },
    });
  });

  test.each([
    ['is empty', ''],
    ['has a run too few', csv.slice(0, csv.lastIndexOf('model'))],
    ['was cut in a row', csv.slice(0, -20)],
  ])(
    'a file that %s means that the tool could not write it, which it does not notice',
    (_, resultFile) => {
      expect(parsePerfTest(printed(newForm, 0, { resultFile }), cpu)).toMatchObject({
        ok: false,
        error: { kind: 'farm-fault', code: 'storage-full' },
      });
    },
  );

  test.each([
    ['of today', statistics],
    ['of 2019', statistics.replaceAll(/: ([0-9.]+) s/g, ' is $1sec')],
  ])('statistics %s after the rows change nothing', (_, after) => {
    expect(samplesOf(parsePerfTest(printed(newForm, 0, { resultFile: csv + after }), cpu))).toEqual(
      samplesOf(parsePerfTest(printed(newForm, 0, { resultFile: csv }), cpu)),
    );
  });

  test('the words of the first versions', () => {
    const first =
      'Total time cost:0.0538\nTotal iterations:5\nAverage time cost:10.76 ms\nTotal run time:0.0539 s';
    expect(parsePerfTest(printed(first, 0, { resultFile: csv }), cpu)).toMatchObject({
      ok: true,
      value: { session: { initMs: null } },
    });
  });

  test('XNNPACK may leave nodes to the default kernels, so its share is not claimed', () => {
    const parsed = parsePerfTest(
      printed(newForm, 0, { resultFile: csv }),
      invocationFor('onnxruntime/cpu-xnnpack/int8', plan),
    );
    expect(parsed).toMatchObject({ ok: true, value: { unitShare: null } });
  });

  test('a fallback to the CPU is a candidate fault with its message', () => {
    const refused =
      'This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.';
    expect(
      parsePerfTest(
        printed('', 1, { stderr: refused }),
        invocationFor('onnxruntime/npu/int8', plan),
      ),
    ).toMatchObject({
      ok: false,
      error: { kind: 'candidate-fault', code: 'not-fully-delegated', message: refused },
    });
  });

  function samplesOf(parsed: ReturnType<typeof parsePerfTest>): unknown {
    return parsed.ok && parsed.value.session.timings.kind === 'samples'
      ? parsed.value.session.timings.samplesMs
      : parsed;
  }
});

describe('the result file', () => {
  test.each([
    ['a header', 'Model,Seconds,Peak,CPU,Run\nm,0.5,1,2,0\nm,0.25,1,2,1', [500, 250]],
    ['two columns only', 'm,0.5\nm,0.25', [500, 250]],
    ['a name with commas', 'a,b,0.5,1,2,0\na,b,0.25,1,2,1', [500, 250]],
    ['a name that ends in numbers', 'v1,2,3,0.5,1,2,0\nv1,2,3,0.25,1,2,1', [500, 250]],
    ['a name that is a number', '8,0.5,1,2,0\n8,0.25,1,2,1', [500, 250]],
    ['times that are all the same', 'a,7,0.5,1,2,0\na,7,0.5,1,2,1', [500, 500]],
    ['one more column after the time', 'm,0.5,0.4,1,2,0\nm,0.25,0.2,1,2,1', [500, 250]],
    ['Windows line ends', 'm,0.5,1,2,0\r\nm,0.25,1,2,1\r\n', [500, 250]],
    ['exponents', 'm,2.5e-05,1,2,0', [0.025]],
  ])('with %s', (_, text, samplesMs) => {
    expect(readResultCsv(text)).toEqual(samplesMs.map((ms) => expect.closeTo(ms, 9) as number));
  });

  test.each([
    ['a run that is out of order', 'm,0.5,1,2,0\nm,0.25,1,2,5'],
    ['a row that was cut', 'm,0.5,1,2,0\nm,'],
    ['a time of zero', 'm,0,1,2,0'],
    ['a negative time', 'm,-0.5,1,2,0'],
    ['only a header', 'Model,Seconds'],
  ])('with %s is not used', (_, text) => {
    expect(readResultCsv(text)).toBeNull();
  });
});

describe('any text', () => {
  test('gives samples or a typed fault', () => {
    fc.assert(fc.property(anyToolOutput, (output) => expectTotal(parsePerfTest(output, cpu))));
  });

  test('and so do real forms and files that were damaged', () => {
    fc.assert(
      fc.property(
        mutated([newForm, oldForm]),
        mutated([csv, csv + statistics]),
        (stdout, resultFile) => expectTotal(parsePerfTest(printed(stdout, 0, { resultFile }), cpu)),
      ),
    );
  });
});
