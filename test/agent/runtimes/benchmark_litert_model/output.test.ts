import fc from 'fast-check';
import { parseBenchmarkLitertModel } from '../../../../agent/runtimes/benchmark_litert_model/output';
import { litertCpu, litertGpu, litertNpu, litertRefused } from './texts';
import { invocationFor, printed } from '../tool/invocation';
import { anyToolOutput, expectTotal, mutated } from '../tool/parser_contract';

const npu = invocationFor('tflite/npu/int8');
const gpu = invocationFor('tflite/gpu/float16');

describe("what LiteRT's benchmark_model printed", () => {
  test('the statistics in microseconds, checked against the block of results', () => {
    expect(parseBenchmarkLitertModel(printed('', 0, litertNpu), npu)).toEqual({
      ok: true,
      value: {
        session: {
          timings: {
            kind: 'aggregate',
            aggregate: {
              count: 50,
              minMs: 0.792,
              maxMs: 0.905,
              meanMs: expect.closeTo(0.81175, 9) as number,
              sdMs: 0.014,
              p5Ms: 0.796,
              p50Ms: 0.81,
              p95Ms: 0.84,
            },
          },
          initMs: 812.5,
          peakMemoryBytes: Math.round(96.25 * 1024 * 1024),
        },
        toolVersion: null,
        unitShare: 1,
        caveats: [],
      },
    });
  });

  test('the closing line of its first versions, which was that of TFLite', () => {
    const stderr = litertNpu.stderr.replace(/INFO: \[benchmark_litert_model\.h.*/gs, '');
    const stdout = `${litertNpu.stdout}INFO: Inference timings in us: Init: 812500, First inference: 900, Warmup (avg): 815.25, Inference (avg): 811.75\n`;
    expect(parseBenchmarkLitertModel(printed(stdout, 0, { stderr }), npu)).toMatchObject({
      ok: true,
      value: { session: { initMs: 812.5, peakMemoryBytes: null } },
    });
  });

  test.each([
    ['no block of results', litertNpu.stderr.replace(/INFO: \[benchmark_litert_model\.h.*/gs, '')],
    [
      'another mean in the block',
      litertNpu.stderr.replace('0.81 ms (50 runs)', '0.83 ms (50 runs)'),
    ],
  ])('%s is no measurement', (_, stderr) => {
    expect(parseBenchmarkLitertModel(printed('', 0, { ...litertNpu, stderr }), npu)).toMatchObject({
      ok: false,
      error: { code: 'unreadable-output' },
    });
  });
});

describe('proof of where the model ran', () => {
  test.each([
    ['the CPU needs none', 'tflite/cpu/int8', litertCpu],
    ['the GPU replaced every subgraph', 'tflite/gpu/float16', litertGpu],
    [
      'the NPU dispatches every subgraph, in several partitions',
      'tflite/npu/int8',
      {
        ...litertNpu,
        stderr: litertNpu.stderr.replace('Replacing 1 out of 1', 'Replacing 3 out of 3'),
      },
    ],
  ])('%s', (_, offer, said) => {
    expect(parseBenchmarkLitertModel(printed('', 0, said), invocationFor(offer))).toMatchObject({
      ok: true,
      value: { unitShare: 1 },
    });
  });

  test.each([
    [
      'operators that the plugin did not select',
      litertNpu.stderr.replace('selected 65 ops', 'selected 64 ops'),
      'selected 64 ops',
    ],
    [
      'nodes that were not replaced',
      litertNpu.stderr.replace('Replacing 1 out of 1', 'Replacing 2 out of 5'),
      'Replacing 2 out of 5',
    ],
    [
      'a second subgraph that was not',
      `${litertNpu.stderr}VERBOSE: Replacing 4 out of 9 node(s) with delegate (DispatchDelegate) node, yielding 2 partitions for subgraph 1 (loop).\n`,
      'for subgraph 1',
    ],
    [
      'nodes that the CPU took',
      `${litertNpu.stderr}VERBOSE: Replacing 1 out of 1 node(s) with delegate (TfLiteXNNPackDelegate) node, yielding 1 partitions for subgraph 0.\n`,
      'XNNPack',
    ],
  ])('%s are a refusal, though it measured', (_, stderr, line) => {
    expect(parseBenchmarkLitertModel(printed('', 0, { ...litertNpu, stderr }), npu)).toMatchObject({
      ok: false,
      error: {
        kind: 'candidate-fault',
        code: 'not-fully-delegated',
        message: expect.stringContaining(line) as string,
      },
    });
  });

  test('a refusal names the operator', () => {
    expect(parseBenchmarkLitertModel(printed('', 1, litertRefused), npu)).toMatchObject({
      ok: false,
      error: {
        kind: 'candidate-fault',
        code: 'not-fully-delegated',
        refusal: { unitAsked: 'npu', unitFailed: 'npu', operator: 'GATHER_ND' },
      },
    });
  });

  test('silence proves nothing', () => {
    expect(parseBenchmarkLitertModel(printed('', 0, litertCpu), { ...npu })).toMatchObject({
      ok: false,
      error: { kind: 'candidate-fault' },
    });
    const silent = { ...litertCpu, stderr: litertCpu.stderr.replace(/VERBOSE: Replacing.*\n/, '') };
    expect(parseBenchmarkLitertModel(printed('', 0, silent), npu)).toMatchObject({
      ok: false,
      error: { kind: 'farm-fault', code: 'tool-failed' },
    });
  });
});

describe('its libraries', () => {
  test.each([
    [
      'tool-missing',
      'no dispatch library',
      'ERROR: [litert_dispatch.cc:122] No dispatch library found in /d\nERROR: [dispatch_delegate.cc:130] Failed to initialize Dispatch API: \nERROR: Encountered unresolved custom op: DISPATCH_OP.\nERROR: Node number 0 (DISPATCH_OP) failed to prepare.\n',
    ],
    [
      'tool-missing',
      'no compiler plugin',
      'ERROR: [compiled_model.cc:741] Failed to load compiler plugins: No compiler plugin found\nERROR: [benchmark_litert_model.cc:362] Some ops are not accelerated. Add kLiteRtHwAcceleratorCpu to the compilation accelerator set\n',
    ],
    [
      'tool-missing',
      'a library of QNN',
      'ERROR: [qnn_manager.cc:146] Failed to load qnn shared library from "libQnnHtp.so": dlopen failed: library "libQnnHtp.so" not found\n',
    ],
    [
      'tool-missing',
      'an NPU that could not be registered',
      'WARNING: [npu_registry.cc:34] NPU accelerator could not be loaded and registered: kLiteRtStatusErrorInvalidArgument.\nERROR: [benchmark_litert_model.cc:362] Some ops are not accelerated.\n',
    ],
    [
      'tool-mismatched',
      'a QNN of another version',
      'ERROR: [qnn_manager.cc:244] Qnn library version 2.20.0 is mismatched. The minimum supported version is 2.35.0.\n',
    ],
    [
      'tool-mismatched',
      'a dispatch library of another revision',
      'ERROR: [litert_dispatch.cc:187] Unsupported dispatch runtime version\nERROR: Encountered unresolved custom op: DISPATCH_OP.\n',
    ],
    [
      'tool-failed',
      'LiteRT#5141: a context that could not be made',
      'ERROR: [qnn_manager.cc:494] Failed to create QNN context: 1002\nERROR: Failed to initialize kernel.\nERROR: Encountered unresolved custom op: DISPATCH_OP.\nERROR: Node number 0 (DISPATCH_OP) failed to prepare.\n',
    ],
    [
      'flag-unknown',
      "TFLite's older binary in its place",
      'WARN: Unconsumed cmdline flags: --use_npu=true --dispatch_library_path=/d\nERROR: Disallowed CPU fallback detected.\n',
    ],
    [
      'storage-full',
      'no room for what is compiled',
      'ERROR: [qnn_manager.cc:1] write: No space left on device\n',
    ],
  ])('%s: %s', (code, _, stderr) => {
    expect(parseBenchmarkLitertModel(printed('', 1, { stderr }), npu)).toMatchObject({
      ok: false,
      error: { kind: 'farm-fault', code },
    });
  });

  test("a GPU that could not be registered is no trouble of the NPU's", () => {
    const stderr = `WARNING: [auto_registration.cc:159] GPU accelerator could not be loaded and registered: kLiteRtStatusErrorInvalidArgument.\n${litertRefused.stderr}`;
    expect(parseBenchmarkLitertModel(printed('', 1, { stderr }), npu)).toMatchObject({
      error: { kind: 'candidate-fault' },
    });
  });

  test('a flag that this version has under another name does not hide a refusal', () => {
    const stderr = `${litertGpu.stderr.replace('Replacing 65 out of 65', 'Replacing 60 out of 65')}ERROR: [benchmark_litert_model.cc:362] Some ops are not accelerated.\n`;
    const parsed = parseBenchmarkLitertModel(
      printed('WARN: Unconsumed cmdline flags: --gpu-precision=fp16\n', 1, { stderr }),
      gpu,
    );
    expect(parsed).toMatchObject({
      ok: false,
      error: { kind: 'candidate-fault', code: 'not-fully-delegated' },
    });
  });

  test('a flag that is only reported about is no matter, one that decides is', () => {
    const withWarning = (flags: string): ReturnType<typeof parseBenchmarkLitertModel> =>
      parseBenchmarkLitertModel(
        printed(`WARN: Unconsumed cmdline flags: ${flags}\n${litertGpu.stdout}`, 0, {
          stderr: litertGpu.stderr,
        }),
        gpu,
      );
    expect(withWarning('--allow_fp16=true --report_peak_memory_footprint=true')).toMatchObject({
      ok: true,
      value: { caveats: [] },
    });
    expect(withWarning('--allow_fp16=true --gpu-precision=fp16')).toMatchObject({
      ok: false,
      error: { code: 'flag-unknown' },
    });
  });
});

describe('any text', () => {
  const offers = fc
    .constantFrom('tflite/cpu/int8', 'tflite/gpu/float16', 'tflite/npu/int8')
    .map((offer) => invocationFor(offer));
  const forms = [litertCpu, litertGpu, litertNpu, litertRefused].map(
    ({ stdout, stderr }) => `${stderr}${stdout}`,
  );

  test('gives timings or a typed fault', () => {
    fc.assert(
      fc.property(anyToolOutput, offers, (output, invocation) =>
        expectTotal(parseBenchmarkLitertModel(output, invocation)),
      ),
    );
    fc.assert(
      fc.property(mutated(forms), offers, (text, invocation) =>
        expectTotal(parseBenchmarkLitertModel(printed(text), invocation)),
      ),
    );
  });
});
