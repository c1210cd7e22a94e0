import { readBenchmarkModelTimings } from '../../../agent/runtimes/tflite_benchmark/timings';
import { toolLines } from '../../../agent/runtimes/tool/tool_text';
import { benchmarkModel } from '../../../phones/tools/benchmark_model';
import type { Machine, LatencyPrediction } from '../../../phones/machine/machine';

const whole: LatencyPrediction = { latencyMs: 2, delegated: 10, operators: 10, partitions: 1 };

async function start(
  words: readonly string[],
  prediction: LatencyPrediction,
): Promise<{ status: number; output: string; errors: string }> {
  let output = '';
  let errors = '';
  const machine: Machine = {
    readFile: (path) => (path.endsWith('m.tflite') ? Buffer.from('model') : undefined),
    appendFile: () => true,
    freeBytes: () => 0,
    inspect: () => ({
      sizeBytes: 5,
      precision: 'int8',
      cost: { format: 'tflite', operators: [], macs: 0, parameterBytes: 0, peakActivationBytes: 0 },
    }),
    predict: () => prediction,
    timeRuns: function* () {
      for (;;) yield prediction.latencyMs;
    },
    wait: () => Promise.resolve(),
    takeFault: () => undefined,
    defect: () => undefined,
  };
  const status = await benchmarkModel(
    {
      program: '/data/local/tmp/benchmark_model',
      words,
      environment: new Map(),
      resolve: (path) => path,
      killed: new AbortController().signal,
      print: (text) => (output += text),
      printError: (text) => (errors += text),
    },
    machine,
  );
  return { status, output, errors };
}

const npu = [
  '--graph=m.tflite',
  '--num_runs=20',
  '--min_secs=0',
  '--external_delegate_path=libQnnTFLiteDelegate.so',
  '--require_full_delegation=true',
];

test('prints a measurement that the agent reads', async () => {
  const { status, output } = await start(
    [
      '--graph=m.tflite',
      '--num_runs=20',
      '--min_secs=0',
      '--warmup_runs=2',
      '--report_peak_memory_footprint=true',
    ],
    whole,
  );
  expect(status).toBe(0);
  expect(readBenchmarkModelTimings(toolLines(output))).toMatchObject({
    aggregate: { count: 20, minMs: 2, meanMs: 2, p50Ms: 2 },
  });
});

test('runs that take the same time are printed in short, and read all the same', async () => {
  const { output } = await start(['--graph=m.tflite', '--num_runs=20', '--min_secs=0'], whole);
  expect(output).toContain('INFO: count=20 curr=2000(all same)');
});

test('min_secs keeps it running, max_secs ends it', async () => {
  expect(
    (await start(['--graph=m.tflite', '--num_runs=1', '--min_secs=1'], whole)).output,
  ).toContain('count=500 ');
  expect(
    (await start(['--graph=m.tflite', '--num_runs=5000', '--min_secs=0', '--max_secs=1'], whole))
      .output,
  ).toContain('count=500 ');
});

test('full delegation has its three proofs', async () => {
  const { status, output, errors } = await start(npu, whole);
  expect(status).toBe(0);
  for (const proof of [
    'EXTERNAL delegate created.',
    'Explicitly applied EXTERNAL delegate, and the model graph will be completely executed by the delegate.',
    'TfLiteQnnDelegate',
  ])
    expect(output + errors).toContain(proof);
});

test('partial delegation is refused where it must be full, and named where it need not', async () => {
  const part = { ...whole, delegated: 7, partitions: 3 };
  const refused = await start(npu, part);
  expect(refused.status).toBe(1);
  expect(refused.errors).toContain('Disallowed CPU fallback detected.');
  expect((await start(npu.slice(0, -1), part)).output).toContain(
    'will be partially executed by the delegate w/ 3 delegate kernels.',
  );
  expect(
    (await start(npu.slice(0, -1), { ...whole, delegated: 0, partitions: 0 })).output,
  ).toContain('will not be executed by the delegate');
});

test('a delegate library that was not pushed cannot be loaded', async () => {
  const { status, errors } = await start(
    ['--graph=m.tflite', '--external_delegate_path=/data/local/tmp/libMine.so'],
    whole,
  );
  expect({ status, errors }).toMatchObject({
    status: 1,
    errors: expect.stringContaining(
      'Unable to load external delegate from : /data/local/tmp/libMine.so (dlopen failed',
    ) as string,
  });
});
