import fc from 'fast-check';
import { parseBenchmarkModel } from '../../../../agent/runtimes/benchmark_model/output';
import * as texts from './texts';
import { invocationFor, printed } from '../tool/invocation';
import { anyToolOutput, expectTotal, mutated } from '../tool/parser_contract';

const cpu = invocationFor('tflite/cpu/int8');

describe('what benchmark_model printed', () => {
  test('the newest form, with quantiles: the measurement is the second count line, in milliseconds', () => {
    const parsed = parseBenchmarkModel(printed(texts.newestCpu), cpu);
    expect(parsed).toEqual({
      ok: true,
      value: {
        session: {
          timings: {
            kind: 'aggregate',
            aggregate: {
              count: 50,
              minMs: 11.85,
              maxMs: 12.9,
              meanMs: expect.closeTo(12.0316, 9) as number,
              sdMs: 0.151,
              p5Ms: 11.88,
              p50Ms: 12,
              p95Ms: 12.4,
            },
          },
          initMs: 31.5,
          peakMemoryBytes: 21.5 * 1024 * 1024,
        },
        toolVersion: null,
        unitShare: 1,
        caveats: [],
      },
    });
  });

  test('means above a second, which C++ prints with an exponent', () => {
    expect(aggregateOf(texts.slowModel)).toMatchObject({
      meanMs: 2312.57,
      minMs: 2299.001,
      p50Ms: null,
    });
  });

  test('the form of TensorFlow 1', () => {
    expect(aggregateOf(texts.oldest)).toMatchObject({
      count: 50,
      meanMs: 87.45,
      sdMs: 0.812,
      p5Ms: null,
    });
  });

  test('a single run, of which only the current time is printed', () => {
    const text =
      'count=1 curr=91000\nInference timings in us: Init: 5, First inference: 91000, Warmup (avg): 0, Inference (avg): 91000';
    expect(aggregateOf(text)).toMatchObject({
      count: 1,
      minMs: 91,
      maxMs: 91,
      meanMs: 91,
      sdMs: 0,
    });
  });

  test('runs that all took the same time, of which it prints one', () => {
    const text =
      'INFO: count=50 curr=812(all same) p5=812 median=812 p95=812\nINFO: Inference timings in us: Init: 5, First inference: 900, Warmup (avg): 820, Inference (avg): 812';
    expect(aggregateOf(text)).toMatchObject({
      count: 50,
      minMs: 0.812,
      maxMs: 0.812,
      meanMs: 0.812,
      sdMs: 0,
    });
  });

  test('logcat prefixes, Windows line ends and terminal colours change nothing', () => {
    const dressed = texts.newestCpu
      .split('\n')
      .map((line) => `I tflite  : \u001b[32m${line.replace(/^\w+: /, '')}\u001b[0m`)
      .join('\r\n');
    expect(aggregateOf(dressed)).toEqual(aggregateOf(texts.newestCpu));
  });

  test('output that ends after the warm-up is no measurement', () => {
    const cut = texts.newestCpu.slice(
      0,
      texts.newestCpu.indexOf('INFO: Running benchmark for at least 50'),
    );
    expect(parseBenchmarkModel(printed(cut), cpu)).toMatchObject({
      ok: false,
      error: { kind: 'farm-fault', code: 'unreadable-output' },
    });
  });

  test('a mean that the closing line contradicts is no measurement', () => {
    const wrong = texts.newestCpu.replace('Inference (avg): 12031.6', 'Inference (avg): 99999');
    expect(parseBenchmarkModel(printed(wrong), cpu)).toMatchObject({
      ok: false,
      error: { code: 'unreadable-output' },
    });
  });

  function aggregateOf(text: string): unknown {
    const parsed = parseBenchmarkModel(printed(text), cpu);
    return parsed.ok && parsed.value.session.timings.kind === 'aggregate'
      ? parsed.value.session.timings.aggregate
      : parsed;
  }
});

describe('proof of where the model ran', () => {
  test.each([
    ['tflite/gpu/float16', texts.gpuComplete],
    ['tflite/npu/int8', texts.qnnComplete],
  ])('%s counts with the sentence of complete execution', (offer, text) => {
    expect(parseBenchmarkModel(printed(text), invocationFor(offer))).toMatchObject({
      ok: true,
      value: { unitShare: 1 },
    });
  });

  test.each([
    [
      'partial execution',
      'tflite/nnapi/int8',
      texts.nnapiPartial,
      0,
      'partially executed by the delegate w/ 7',
    ],
    [
      'no execution by the delegate',
      'tflite/nnapi/int8',
      texts.nnapiRefused,
      0,
      'will not be executed by the delegate',
    ],
    [
      'refusal by the tool itself',
      'tflite/dsp/int8',
      texts.hexagonPartial,
      1,
      'partially executed',
    ],
  ])(
    '%s is a candidate fault with its message, never a number',
    (...[, offer, text, exitCode, message]) => {
      const parsed = parseBenchmarkModel(printed(text, exitCode), invocationFor(offer));
      expect(parsed).toMatchObject({
        ok: false,
        error: {
          kind: 'candidate-fault',
          code: 'not-fully-delegated',
          message: expect.stringContaining(message) as string,
        },
      });
    },
  );

  test.each([
    [
      'silence: an old binary without a delegate',
      'tflite/gpu/float32',
      texts.newestCpu.replace(/VERBOSE: Replacing.*\n/, ''),
    ],
    ["another delegate's sentence", 'tflite/npu/int8', texts.gpuComplete],
  ])('%s proves nothing about the model', (_, offer, text) => {
    expect(parseBenchmarkModel(printed(text), invocationFor(offer))).toMatchObject({
      ok: false,
      error: { kind: 'farm-fault', code: 'tool-failed' },
    });
  });

  test("2020's sentence of complete execution counts", () => {
    const text = texts.gpuComplete.replace(
      'Explicitly applied GPU delegate, and the model graph will be completely executed by',
      'Applied GPU delegate, and the model graph will be completely executed w/',
    );
    expect(parseBenchmarkModel(printed(text), invocationFor('tflite/gpu/float16'))).toMatchObject({
      ok: true,
      value: { unitShare: 1 },
    });
  });

  test.each([
    [
      'a second subgraph that kept nodes',
      'VERBOSE: Replacing 3 out of 9 node(s) with delegate (TfLiteQnnDelegate) node, yielding 2 partitions for subgraph 1.',
    ],
    [
      'nodes that the CPU took',
      'VERBOSE: Replacing 12 node(s) with delegate (TfLiteXNNPackDelegate) node, yielding 7 partitions.',
    ],
    [
      'a count that is short',
      'INFO: TfLiteQnnDelegate delegate: 64 nodes delegated out of 65 nodes with 1 partitions.',
    ],
  ])('the sentence does not count beside %s', (_, line) => {
    expect(
      parseBenchmarkModel(
        printed(`${line}\n${texts.qnnComplete}`),
        invocationFor('tflite/npu/int8'),
      ),
    ).toMatchObject({ ok: false, error: { code: 'not-fully-delegated' } });
  });

  test('a default delegate that the runtime does without is no refusal', () => {
    const ignored = `ERROR: Failed to apply the default TensorFlow Lite delegate indexed at 0 because of incompatibility. Ignoring the error.\n${texts.gpuComplete}`;
    expect(
      parseBenchmarkModel(printed(ignored), invocationFor('tflite/gpu/float16')),
    ).toMatchObject({ ok: true });
  });

  test('the fault is the bare line, without the prefix of the log', () => {
    const parsed = parseBenchmarkModel(
      printed(texts.nnapiRefused),
      invocationFor('tflite/nnapi/int8'),
    );
    expect(parsed).toMatchObject({
      error: {
        message:
          'Though NNAPI delegate is explicitly applied, the model graph will not be executed by the delegate',
      },
    });
  });

  test("a delegate that failed for want of a library is the farm's trouble", () => {
    const text =
      'ERROR: dlopen failed: library "libQnnHtp.so" not found\nERROR: Failed to apply EXTERNAL delegate.';
    expect(parseBenchmarkModel(printed(text, 1), invocationFor('tflite/npu/int8'))).toMatchObject({
      ok: false,
      error: { kind: 'farm-fault', code: 'tool-missing' },
    });
  });
});

describe('any text', () => {
  const offers = fc
    .constantFrom(
      'tflite/cpu/int8',
      'tflite/gpu/float16',
      'tflite/nnapi/int8',
      'tflite/dsp/int8',
      'tflite/npu/int8',
    )
    .map((offer) => invocationFor(offer));

  test('gives timings or a typed fault', () => {
    fc.assert(
      fc.property(anyToolOutput, offers, (output, invocation) =>
        expectTotal(parseBenchmarkModel(output, invocation)),
      ),
    );
  });

  test('and so do real forms that were cut, doubled, shuffled or interleaved', () => {
    const forms = Object.values(texts);
    fc.assert(
      fc.property(mutated(forms), offers, (text, invocation) =>
        expectTotal(parseBenchmarkModel(printed(text), invocation)),
      ),
    );
  });
});
