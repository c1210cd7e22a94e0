import fc from 'fast-check';
import { readBenchOptions } from '../../../../agent/runtimes/host/program/bench_options';
import { randomInput } from '../../../../agent/runtimes/host/program/random_input';
import { hostLitert, hostOnnxruntime } from '../../../../agent/runtimes/host/adapter';
import { invocationFor, printed } from '../tool/invocation';
import { anyToolOutput, expectTotal, mutated } from '../tool/parser_contract';

const report =
  '{"farmBench":1,"samplesMs":[1.5,1.25],"initMs":20,"peakMemoryBytes":90000000,"version":"1.30.0","caveats":[]}';
const cpu = invocationFor('onnxruntime/cpu/int8');

describe("the report of the host's programs", () => {
  test('is one line, whatever the runtime prints around it', () => {
    const parsed = hostOnnxruntime().parse(printed(`INFO: hello\n${report}\nbye`), cpu);
    expect(parsed).toEqual({
      ok: true,
      value: {
        session: {
          timings: { kind: 'samples', samplesMs: [1.5, 1.25] },
          initMs: 20,
          peakMemoryBytes: 90_000_000,
        },
        toolVersion: '1.30.0',
        unitShare: 1,
        caveats: [],
      },
    });
  });

  test('does not count when the program died after it', () => {
    expect(hostOnnxruntime().parse(printed(report, 139), cpu)).toMatchObject({
      ok: false,
      error: { code: 'crashed' },
    });
  });

  test('does not count when LiteRT said that an operator has no implementation', () => {
    const output = printed(report, 0, {
      stderr: 'ERROR: Encountered unresolved custom op: FarmOp.\nERROR: Failed to allocate tensors',
    });
    expect(hostLitert().parse(output, cpu)).toMatchObject({
      ok: false,
      error: { kind: 'candidate-fault', code: 'unsupported-operator' },
    });
  });

  test('any text gives samples or a typed fault', () => {
    fc.assert(fc.property(anyToolOutput, (output) => expectTotal(hostLitert().parse(output, cpu))));
    fc.assert(
      fc.property(mutated([report]), (text) =>
        expectTotal(hostOnnxruntime().parse(printed(text), cpu)),
      ),
    );
  });

  test('what the adapter writes on the command line is what the program reads', () => {
    const { command } = hostOnnxruntime('/programs').command(
      invocationFor('onnxruntime/cpu/int8', { runs: 7, warmupRuns: 2, threads: 3 }),
    );
    expect(command.slice(0, 2)).toEqual([process.execPath, '/programs/onnxruntime_bench.js']);
    expect(readBenchOptions(command.slice(2))).toEqual({
      modelPath: '/data/local/tmp/farm/model.tflite',
      runs: 7,
      warmupRuns: 2,
      threads: 3,
    });
  });
});

test.each([
  [['--runs', '1']],
  [['--model', 'm', '--runs', '0', '--warmup-runs', '0', '--threads', '1']],
  [['--model', 'm', '--runs', 'x']],
])('the options %j are refused', (argv) => {
  expect(() => readBenchOptions(argv)).toThrow(/--(?:model|runs)/);
});

describe('made inputs', () => {
  test('are the same for the same name, and differ between names', () => {
    expect(randomInput('x', 'float32', [2, 3])).toEqual(randomInput('x', 'float32', [2, 3]));
    expect(randomInput('x', 'float32', [2, 3])).not.toEqual(randomInput('y', 'float32', [2, 3]));
  });

  test.each([
    'float32',
    'float64',
    'float16',
    'int8',
    'uint8',
    'int16',
    'uint16',
    'bool',
    'int32',
    'uint32',
    'int64',
    'uint64',
  ])('of %s fill the shape', (type) => {
    expect(randomInput('x', type, [2, 3, 4])).toHaveLength(24);
  });

  test('use the whole range of 8 bits', () => {
    const values = new Set(randomInput('x', 'int8', [10_000]) as Int8Array);
    expect(Math.min(...values)).toBe(-128);
    expect(Math.max(...values)).toBe(127);
  });

  test('a scalar has one element', () => {
    expect(randomInput('x', 'float32', [])).toHaveLength(1);
  });

  test.each([[[0, 3]], [[-1, 3]], [[1.5]], [[2 ** 20, 2 ** 20]]])(
    'the shape %j is refused',
    (shape) => {
      expect(() => randomInput('x', 'float32', shape)).toThrow(/input "x" has the shape/);
    },
  );

  test('a type without array is refused', () => {
    expect(() => randomInput('x', 'string', [1])).toThrow('element type string');
  });
});
