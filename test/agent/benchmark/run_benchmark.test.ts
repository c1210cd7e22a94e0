import type { PushOptions } from '../../../agent/device/device';
import { onnxruntimePerfTest } from '../../../agent/runtimes/onnxruntime_perf_test/adapter';
import { toolBundle } from '../../../agent/runtimes/tool/tool_bundle';
import { farmFault } from '../../../common/fault';
import { defaultPlan } from '../../../common/job';
import { parseTarget } from '../../../common/target';
import { gpuComplete, newestCpu, nnapiPartial } from '../runtimes/benchmark_model/texts';
import {
  benchmarkOn,
  benchmarkTool,
  expectOnlyTheTool,
  modelDigest,
  printed,
  succeeding,
  toolFile,
} from './scripted_benchmark';
import { calmState, type Script } from './scripted_device';

const tool = `${benchmarkTool.folder}/benchmark_model`;

test('a job measures in few round trips, the second one in fewer', async () => {
  const { device, run } = benchmarkOn({ tool: succeeding(6) });
  expect(await run()).toMatchObject({ kind: 'measured' });
  const sessions = Array.from({ length: 3 }, () => `execute ${tool}`);
  const ending = 'endJob job.tflite job-0.csv job-1.csv job-2.csv';
  expect(device.calls).toEqual([
    'sha256sum',
    `push ${tool}`,
    'sha256sum',
    'push job.tflite',
    'readState',
    ...sessions,
    ending,
  ]);
  device.calls.length = 0;
  expect(await run()).toMatchObject({ kind: 'measured' });
  expect(device.calls).toEqual(['push job.tflite', ...sessions, ending]);
  expectOnlyTheTool(device);
});

test('the measurement carries sessions, summary, conditions and stages', async () => {
  const { run } = benchmarkOn({ tool: succeeding(3) });
  const outcome = await run({ cores: [7] });
  expect(outcome).toMatchObject({
    kind: 'measured',
    measurement: {
      latencyMs: 12,
      betweenSessionsCv: 0,
      sessions: [{ initMs: 31.5 }, {}, {}],
      summary: { n: 150, minMs: 11.85, p50Ms: null },
      stages: { fetchMs: 3 },
      conditions: {
        deviceSerial: 'P1',
        soc: 'SM8550',
        agentVersion: '0.1.0',
        tool: 'benchmark_model',
        toolDigest: benchmarkTool.digest,
        threads: 1,
        unitShare: 1,
        caveats: [],
        before: calmLike(),
        after: calmLike(),
      },
    },
  });
  expect(outcome.kind === 'measured' && outcome.measurement.conditions.command).toMatch(
    /^LD_LIBRARY_PATH=(\/farm\/tools\/tflite-[0-9a-f]{16}) ADSP_LIBRARY_PATH='\1;.*' taskset 80 \1\/benchmark_model --graph=\/farm\/job-[-0-9a-f]+\.tflite /,
  );
});

test('a state that is older than a second is read again', async () => {
  const { device, run } = benchmarkOn({
    tool: succeeding(6),
    readState: [calmState, { ...calmState, atMs: 0 }],
  });
  await run();
  device.calls.length = 0;
  await run();
  expect(device.calls.filter((call) => call === 'readState')).toHaveLength(1);
});

describe('faults end the job, and nothing of it stays on the device', () => {
  const crash = printed('Segmentation fault', 139);
  test.each<[string, Script, object, string]>([
    [
      'unplugged while the model is pushed',
      { push: [null, farmFault('disconnected', 'gone')] },
      { code: 'disconnected' },
      'sm8550/tflite/cpu/int8',
    ],
    [
      'a full phone',
      { push: [null, farmFault('storage-full', 'No space left on device')] },
      { code: 'storage-full' },
      'sm8550/tflite/cpu/int8',
    ],
    [
      'a tool that hangs',
      { tool: [farmFault('timeout', 'killed')] },
      { code: 'timeout' },
      'sm8550/tflite/cpu/int8',
    ],
    [
      'unplugged in the second session',
      { tool: [printed(newestCpu), farmFault('disconnected', 'gone')] },
      { code: 'disconnected' },
      'sm8550/tflite/cpu/int8',
    ],
    [
      'a crash in the second session',
      { tool: [printed(newestCpu), crash] },
      { kind: 'candidate-fault', code: 'crashed' },
      'sm8550/tflite/cpu/int8',
    ],
    [
      'garbage',
      { tool: [printed('\u0000\uFFFD]]>')] },
      { code: 'unreadable-output' },
      'sm8550/tflite/cpu/int8',
    ],
    [
      'partial delegation',
      { tool: [printed(nnapiPartial)] },
      { kind: 'candidate-fault', code: 'not-fully-delegated' },
      'sm8550/tflite/nnapi/int8',
    ],
    [
      'a state that cannot be read afterwards',
      { tool: succeeding(3), readState: [calmState, farmFault('timeout', 'slow')] },
      { code: 'timeout' },
      'sm8550/tflite/cpu/int8',
    ],
  ])('%s', async (...[, script, fault, target]) => {
    const { device, run } = benchmarkOn(script);
    expect(await run({}, target)).toMatchObject(fault);
    expectOnlyTheTool(device);
  });

  test('no session follows the first fault', async () => {
    const { device, run } = benchmarkOn({ tool: [printed(gpuComplete), crash] });
    await run();
    expect(device.calls.filter((call) => call.startsWith('execute'))).toHaveLength(2);
  });

  test('a phone that stays hot is given up after the bound', async () => {
    const hot = { ...calmState, celsiusBySensor: { skin: 45 } };
    const { device, run } = benchmarkOn({ readState: Array.from({ length: 200 }, () => hot) });
    expect(await run()).toMatchObject({ kind: 'farm-fault', code: 'too-hot' });
    expectOnlyTheTool(device);
    expect(device.calls.some((call) => call.startsWith('execute'))).toBe(false);
  });

  test('stopped before the first session', async () => {
    const { device, run } = benchmarkOn({});
    expect(await run({ signal: AbortSignal.abort() })).toMatchObject({
      kind: 'farm-fault',
      code: 'stopped',
    });
    expectOnlyTheTool(device);
  });

  test('a model in a format that the runtime cannot read never reaches the device', async () => {
    const { device, run } = benchmarkOn({});
    const job = {
      jobId: 'j',
      target: parseTarget('sm8550/tflite/cpu/int8'),
      artifact: { digest: modelDigest, sizeBytes: 5, format: 'onnx' as const },
      plan: defaultPlan,
    };
    expect(await run({ job })).toMatchObject({
      kind: 'candidate-fault',
      code: 'invalid-model',
      message: 'sm8550/tflite/cpu/int8 runs tflite models, not onnx',
    });
    expect(device.calls).toEqual([]);
  });
});

describe('the file that was timed', () => {
  test('has a name that no other job has, here or on the same phone by another way', async () => {
    const first = benchmarkOn({ tool: succeeding(3) });
    const second = benchmarkOn({ tool: succeeding(3) });
    const names: string[] = [];
    for (const { device, run } of [first, first, second]) {
      const push = device.push.bind(device);
      Object.assign(device, {
        push: (local: string, path: string, options: PushOptions) => (
          names.push(path),
          push(local, path, options)
        ),
      });
      await run();
      Object.assign(device, { push });
    }
    const models = names.filter((name) => name.endsWith('.tflite'));
    expect(models).toHaveLength(3);
    expect(new Set(models).size).toBe(3);
  });

  test.each([
    ['another', 'f'.repeat(64), 'had the digest ffff'],
    ['none', undefined, 'was no longer there'],
  ])(
    "is the job's: with %s in its place when the sessions end, nothing was measured",
    async (_, digest, words) => {
      const { device, run } = benchmarkOn({ tool: succeeding(3) });
      const execute = device.execute.bind(device);
      Object.assign(device, {
        execute: (...call: Parameters<typeof execute>) => {
          const model = [...device.files.keys()].find((name) => name.endsWith('.tflite')) ?? '';
          if (digest === undefined) device.files.delete(model);
          else device.files.set(model, digest);
          return execute(...call);
        },
      });
      expect(await run()).toMatchObject({
        kind: 'farm-fault',
        code: 'transfer-failed',
        message: expect.stringContaining(words) as string,
      });
    },
  );
});

test("each session's result file is read and handed to the tool's parser", async () => {
  const rows = Array.from(
    { length: 55 },
    (_, run) => `model.onnx,${run < 5 ? '0.02' : '0.01'},1,1,${String(run)}`,
  ).join('\n');
  const summary = printed(
    'Session creation time cost: 0.07 s\nTotal inference time cost: 0.6 s\nTotal inference requests: 55',
  );
  const { device, run } = benchmarkOn({
    tool: [summary, summary, summary],
    resultFiles: [rows, rows, rows],
  });
  const perfTest = onnxruntimePerfTest(
    toolBundle('onnxruntime', [toolFile('onnxruntime_perf_test')]),
    [],
  );
  const job = {
    jobId: 'j',
    target: parseTarget('sm8550/onnxruntime/cpu/int8'),
    artifact: { digest: modelDigest, sizeBytes: 5, format: 'onnx' as const },
    plan: defaultPlan,
  };
  expect(await run({ adapter: perfTest, job })).toMatchObject({
    kind: 'measured',
    measurement: { latencyMs: 10, summary: { n: 150, p90Ms: 10, sdMs: 0 } },
  });
  const session = (number: number): string =>
    `execute ${perfTest.tools?.folder ?? ''}/onnxruntime_perf_test, read job-${String(number)}.csv`;
  expect(device.calls.filter((call) => call.startsWith('execute'))).toEqual([
    session(0),
    session(1),
    session(2),
  ]);
  expect([...device.files.keys()]).toEqual([
    `/farm/${perfTest.tools?.folder ?? ''}/onnxruntime_perf_test`,
  ]);
});

function calmLike(): object {
  return { batteryPercent: 80, thermalStatus: 0 };
}
