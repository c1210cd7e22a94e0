import { parseBenchmarkModel } from '../../../../agent/runtimes/benchmark_model/output';
import { parsePerfTest } from '../../../../agent/runtimes/onnxruntime_perf_test/output';
import { longestFaultMessage } from '../../../../common/fault';
import { modelRefusals } from './model_refusals';
import { onnxruntimeTrouble } from './onnxruntime_trouble';
import { tfliteTrouble } from './tflite_trouble';
import { invocationFor, printed } from '../tool/invocation';

function parse(offer: string, exitCode: number, text: string): ReturnType<typeof parsePerfTest> {
  const parser = offer.startsWith('tflite/') ? parseBenchmarkModel : parsePerfTest;
  return parser(printed('', exitCode, { stderr: text }), invocationFor(offer));
}

const farmRows = [...onnxruntimeTrouble, ...tfliteTrouble];

describe("what is the phone's or its tools' fault teaches a search nothing", () => {
  test.each(farmRows)('%s: %s', (...[code, , offer, exitCode, text]) => {
    expect(parse(offer, exitCode, text)).toMatchObject({
      ok: false,
      error: { kind: 'farm-fault', code },
    });
  });

  test.each(farmRows)(
    "%s: %s, in the tool's words and with a remedy",
    (...[, , offer, exitCode, text]) => {
      const parsed = parse(offer, exitCode, text);
      expect(!parsed.ok && parsed.error.message).toMatch(/; \S.{10,}$/);
    },
  );

  test('a remedy is there however long the words are', () => {
    const parsed = parse('onnxruntime/npu/int8', 1, `dlopen failed: ${'x'.repeat(1_000)}`);
    expect(!parsed.ok && parsed.error.message).toMatch(/x; push what is missing/);
    expect(!parsed.ok && parsed.error.message.length).toBeLessThanOrEqual(longestFaultMessage);
  });

  test.each(['logcat', 'interleaved', 'doubled', 'crlf'])(
    'and however the lines arrive: %s',
    (dress) => {
      for (const [code, name, offer, exitCode, text] of farmRows) {
        const lines = text.split('\n').filter((line) => line !== '');
        const dressed =
          dress === 'logcat'
            ? lines.map((line) => `11-02 09:30:11.125  4321  4321 E tool  : ${line}`)
            : dress === 'interleaved'
              ? lines.flatMap((line) => [
                  line,
                  'W libc    : Access denied finding property "ro.hardware.chipname"',
                ])
              : dress === 'doubled'
                ? [...lines, ...lines]
                : lines;
        const parsed = parse(offer, exitCode, dressed.join(dress === 'crlf' ? '\r\n' : '\n'));
        expect([name, !parsed.ok && parsed.error.kind, !parsed.ok && parsed.error.code]).toEqual([
          name,
          'farm-fault',
          code,
        ]);
      }
    },
  );
});

describe("what is the model's fault, by positive proof", () => {
  test.each(modelRefusals)('%s: %s', (...[code, , offer, exitCode, text]) => {
    expect(parse(offer, exitCode, text)).toMatchObject({
      ok: false,
      error: { kind: 'candidate-fault', code },
    });
  });

  test('carries the unit asked for, the unit that failed, the reason and the operator', () => {
    const refusalOf = (name: string): unknown => {
      const [, , offer, exitCode, text] = modelRefusals.find((row) => row[1] === name)!;
      const parsed = parse(offer, exitCode, text);
      return !parsed.ok && parsed.error.kind === 'candidate-fault' && parsed.error.refusal;
    };
    expect(refusalOf('a fallback, with the nodes that QNN refused')).toEqual({
      unitAsked: 'npu',
      unitFailed: 'npu',
      reason: expect.stringContaining('fallback to CPU EP has been explicitly disabled') as string,
      operator: 'Erf',
    });
    expect(refusalOf('an operator without kernel')).toMatchObject({
      unitAsked: 'cpu',
      unitFailed: null,
      operator: 'Foo',
    });
    expect(refusalOf('tensorflow#61935: a node that the DSP cannot construct')).toMatchObject({
      unitFailed: 'dsp',
      operator: 'ResizeNearestNeighbor_8',
    });
    expect(refusalOf('a broken file')).toMatchObject({ unitFailed: null, operator: null });
  });
});
