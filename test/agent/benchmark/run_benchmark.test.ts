import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readinessLimitsSchema } from '../../../agent/benchmark/readiness';
import { runBenchmark, type BenchmarkRequest } from '../../../agent/benchmark/run_benchmark';
import { Workbench } from '../../../agent/benchmark/workbench';
import type { Execution, PushOptions } from '../../../agent/device/device';
import { benchmarkModel } from '../../../agent/runtimes/benchmark_model';
import { onnxruntimePerfTest } from '../../../agent/runtimes/onnxruntime_perf_test';
import type { ToolFile } from '../../../agent/runtimes/runtime';
import type { Clock } from '../../../platform/time/clock';
import { farmFault } from '../../../common/fault';
import { defaultPlan } from '../../../common/job';
import { parseTarget } from '../../../common/target';
import { gpuComplete, newestCpu, nnapiPartial } from '../runtimes/benchmark_model_texts';
import { calmState, scriptedDevice, type Script, type ScriptedDevice } from './scripted_device';

const folder = mkdtempSync(join(tmpdir(), 'run-benchmark-'));
afterAll(() => rmSync(folder, { recursive: true }));

function toolFile(name: string): ToolFile {
  const localPath = join(folder, name.replaceAll('/', '-'));
  writeFileSync(localPath, name);
  return {
    name,
    localPath,
    executable: true,
    digest: createHash('sha256').update(readFileSync(localPath)).digest('hex'),
  };
}

const benchmarkModelFile = toolFile('tflite/benchmark_model');
const adapter = benchmarkModel([benchmarkModelFile], []);
const { localPath: modelPath, digest: modelDigest } = toolFile('model');
const printed = (stdout: string, exitCode = 0): Execution => ({
  exitCode,
  stdout,
  stderr: '',
  fileRead: null,
});
const succeeding = (sessions: number): Execution[] =>
  Array.from({ length: sessions }, () => printed(newestCpu));

interface Bench {
  readonly device: ScriptedDevice;
  readonly run: (
    more?: Partial<BenchmarkRequest>,
    target?: string,
  ) => ReturnType<typeof runBenchmark>;
}

function benchWith(script: Script): Bench {
  let nowMs = 1_000_000;
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: (durationMs) => {
      nowMs += durationMs;
      return Promise.resolve();
    },
  };
  const device = scriptedDevice(script, () => nowMs);
  const workbench = new Workbench(device);
  const run: Bench['run'] = (more, target = 'sm8550/tflite/cpu/int8') =>
    runBenchmark({
      workbench,
      adapter,
      job: {
        jobId: 'j',
        target: parseTarget(target),
        artifact: { digest: modelDigest, sizeBytes: 5, format: 'tflite' },
        plan: defaultPlan,
      },
      modelPath,
      clock,
      limits: readinessLimitsSchema.parse({}),
      signal: new AbortController().signal,
      cores: [],
      agentVersion: '0.1.0',
      fetchMs: 3,
      ...more,
    });
  return { device, run };
}

/** Only the tool itself stays on a device between jobs. */
function expectOnlyTheTool(device: ScriptedDevice): void {
  expect([...device.files.keys()]).toEqual(['/farm/tflite/benchmark_model']);
}

test('a job measures in few round trips, the second one in fewer', async () => {
  const { device, run } = benchWith({ tool: succeeding(6) });
  expect(await run()).toMatchObject({ kind: 'measured' });
  const sessions = Array.from({ length: 3 }, () => 'execute tflite/benchmark_model');
  const ending = 'endJob job.tflite job-0.csv job-1.csv job-2.csv';
  expect(device.calls).toEqual([
    'sha256sum',
    'push tflite/benchmark_model',
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
  const { run } = benchWith({ tool: succeeding(3) });
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
        toolDigest: benchmarkModelFile.digest,
        threads: 1,
        unitShare: 1,
        caveats: [],
        before: calmLike(),
        after: calmLike(),
      },
    },
  });
  expect(outcome.kind === 'measured' && outcome.measurement.conditions.command).toMatch(
    /^LD_LIBRARY_PATH=\/farm\/tflite ADSP_LIBRARY_PATH='\/farm\/tflite;.*' taskset 80 \/farm\/tflite\/benchmark_model --graph=\/farm\/job-[-0-9a-f]+\.tflite /,
  );
});

test('a state that is older than a second is read again', async () => {
  const { device, run } = benchWith({
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
    const { device, run } = benchWith(script);
    expect(await run({}, target)).toMatchObject(fault);
    expectOnlyTheTool(device);
  });

  test('no session follows the first fault', async () => {
    const { device, run } = benchWith({ tool: [printed(gpuComplete), crash] });
    await run();
    expect(device.calls.filter((call) => call.startsWith('execute'))).toHaveLength(2);
  });

  test('a phone that stays hot is given up after the bound', async () => {
    const hot = { ...calmState, celsiusBySensor: { skin: 45 } };
    const { device, run } = benchWith({ readState: Array.from({ length: 200 }, () => hot) });
    expect(await run()).toMatchObject({ kind: 'farm-fault', code: 'too-hot' });
    expectOnlyTheTool(device);
    expect(device.calls.some((call) => call.startsWith('execute'))).toBe(false);
  });

  test('stopped before the first session', async () => {
    const { device, run } = benchWith({});
    expect(await run({ signal: AbortSignal.abort() })).toMatchObject({
      kind: 'farm-fault',
      code: 'stopped',
    });
    expectOnlyTheTool(device);
  });

  test('a model in a format that the runtime cannot read never reaches the device', async () => {
    const { device, run } = benchWith({});
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

describe('tool files', () => {
  test('that the phone still has from an earlier agent are not pushed', async () => {
    const { device, run } = benchWith({ tool: succeeding(3) });
    device.files.set('/farm/tflite/benchmark_model', benchmarkModelFile.digest);
    await run();
    expect(device.calls).not.toContain('push tflite/benchmark_model');
  });

  test('that changed on this machine since the agent started are refused', async () => {
    const { run } = benchWith({});
    const changed = benchmarkModel([{ ...benchmarkModelFile, digest: 'b'.repeat(64) }], []);
    expect(await run({ adapter: changed })).toMatchObject({
      kind: 'farm-fault',
      code: 'transfer-failed',
      message: expect.stringContaining('tflite/benchmark_model has the digest') as string,
    });
  });

  test('are looked at again after the tool could not be started', async () => {
    const { device, run } = benchWith({ tool: [printed('not found', 127), ...succeeding(3)] });
    expect(await run()).toMatchObject({ kind: 'farm-fault', code: 'tool-missing' });
    device.files.delete('/farm/tflite/benchmark_model');
    expect(await run()).toMatchObject({ kind: 'measured' });
  });
});

describe('the file that was timed', () => {
  test('has a name that no other job has, here or on the same phone by another way', async () => {
    const first = benchWith({ tool: succeeding(3) });
    const second = benchWith({ tool: succeeding(3) });
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
      const { device, run } = benchWith({ tool: succeeding(3) });
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
  const { device, run } = benchWith({
    tool: [summary, summary, summary],
    resultFiles: [rows, rows, rows],
  });
  const perfTest = onnxruntimePerfTest([toolFile('onnxruntime/onnxruntime_perf_test')], []);
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
    `execute onnxruntime/onnxruntime_perf_test, read job-${String(number)}.csv`;
  expect(device.calls.filter((call) => call.startsWith('execute'))).toEqual([
    session(0),
    session(1),
    session(2),
  ]);
  expect([...device.files.keys()]).toEqual(['/farm/onnxruntime/onnxruntime_perf_test']);
});

describe('a latency that decides', () => {
  const taking = (medianUs: number): Execution =>
    printed(newestCpu.replace('median=12000', `median=${String(medianUs)}`));
  const deciding = (decisionMs: number): Partial<BenchmarkRequest> => ({
    job: {
      jobId: 'j',
      target: parseTarget('sm8550/tflite/cpu/int8'),
      artifact: { digest: modelDigest, sizeBytes: 5, format: 'tflite' },
      plan: { ...defaultPlan, decisionMs },
    },
  });

  test('ends the measurement of what is clearly slower after one session, and says so', async () => {
    const { device, run } = benchWith({ tool: succeeding(1) });
    expect(await run(deciding(10))).toMatchObject({
      kind: 'measured',
      measurement: {
        latencyMs: 12,
        sessions: [{}],
        conditions: {
          caveats: [
            'ended after 1 of 3 sessions: clearly above the 10.000 ms that it would have had to beat',
          ],
        },
      },
    });
    expectOnlyTheTool(device);
  });

  test('leaves the planned sessions to what is clearly faster', async () => {
    const { run } = benchWith({ tool: succeeding(3) });
    expect(await run(deciding(20))).toMatchObject({
      kind: 'measured',
      measurement: { sessions: [{}, {}, {}], conditions: { caveats: [] } },
    });
  });

  test('lasts until noise no longer hides the answer, and leaves nothing on the device', async () => {
    const { device, run } = benchWith({
      tool: [12_000, 12_240, 12_180, 12_180, 12_180].map(taking),
    });
    expect(await run(deciding(12))).toMatchObject({
      kind: 'measured',
      measurement: { latencyMs: 12.18, sessions: [{}, {}, {}, {}, {}] },
    });
    expectOnlyTheTool(device);
  });
});

describe('caveats', () => {
  test.each([
    ['an overridden thermal status', { ...calmState, thermalStatusOverridden: true }, 'overridden'],
    ['battery readings that are frozen', { ...calmState, batteryFrozen: true }, 'frozen'],
    ['a phone without temperatures', { ...calmState, celsiusBySensor: {} }, 'no temperatures'],
    ['a thermal status that rose', { ...calmState, thermalStatus: 2 }, 'rose from 0 to 2'],
  ])('%s', async (_, after, caveat) => {
    const { run } = benchWith({ tool: succeeding(3), readState: [calmState, after] });
    expect(await caveatsOf(run())).toEqual([expect.stringContaining(caveat) as string]);
  });

  test('sessions that differ by more than five percent', async () => {
    const slower = newestCpu.replace('median=12000', 'median=14000');
    const { run } = benchWith({ tool: [printed(newestCpu), printed(slower), printed(newestCpu)] });
    expect(await caveatsOf(run())).toEqual([
      expect.stringContaining('coefficient of variation 9.1 %') as string,
    ]);
  });

  test('fewer runs than the plan wanted', async () => {
    const { run } = benchWith({
      tool: succeeding(3).map(() => printed(newestCpu.replace('count=50', 'count=20'))),
    });
    expect(await caveatsOf(run())).toEqual(['a session made 20 of 50 runs before its time limit']);
  });

  async function caveatsOf(
    running: ReturnType<typeof runBenchmark>,
  ): Promise<readonly string[] | undefined> {
    const outcome = await running;
    return outcome.kind === 'measured' ? outcome.measurement.conditions.caveats : undefined;
  }
});

function calmLike(): object {
  return { batteryPercent: 80, thermalStatus: 0 };
}
