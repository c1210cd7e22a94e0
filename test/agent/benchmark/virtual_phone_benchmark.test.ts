import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastestCores } from '../../../agent/benchmark/pinning';
import { readinessLimitsSchema } from '../../../agent/benchmark/readiness';
import { runBenchmark } from '../../../agent/benchmark/run_benchmark';
import { PreparedDevice } from '../../../agent/benchmark/prepared_device';
import type { Device } from '../../../agent/device/device';
import { adapterFor, runtimesFor } from '../../../agent/runtimes/registry';
import { openLocalTools, type LocalTools } from '../../../agent/tools/local_tools';
import { toolPathsSchema } from '../../../agent/tools/tool_paths';
import { startVirtualFleet, type FleetPhone, type VirtualFleet } from '../../../phones/fleet';
import { fleetSchema } from '../../../phones/fleet_file';
import { connectFleet, type FleetLink } from '../../../phones/server_link';
import { writeVirtualTools } from '../../../phones/tools/tool_files';
import type { ModelFormat } from '../../../common/artifact';
import { systemClock } from '../../../platform/time/clock';
import { blamesTarget } from '../../../common/fault';
import { defaultPlan, type BenchmarkPlan, type Outcome } from '../../../common/job';
import { parseTarget } from '../../../common/target';
import { watchPhones, type Watch } from '../device/adb/adb_fixture';
import { smallClassifier } from '../../model/tflite/small_classifier';
import { writeFixture } from '../../model/tflite/tflite_file';
import { onnxModel, reluTflite } from '../runtimes/host/small_models';
import { startAdbServer, type TestAdbServer } from '../../servers/adb_server';

/** A virtual SM8550 behind the real adb server, driven through the same Device as a real phone. */
const folder = mkdtempSync(join(tmpdir(), 'virtual-benchmark-'));
let server: TestAdbServer;
let fleet: VirtualFleet;
let link: FleetLink;
let watch: Watch;
let phone: FleetPhone;
let device: Device;
let preparedDevice: PreparedDevice;
let chest: LocalTools;
let litertChest: LocalTools;

beforeAll(async () => {
  server = await startAdbServer();
  fleet = await startVirtualFleet(
    fleetSchema.parse({ seed: 7, timeScale: 0, phones: [{ soc: 'sm8550' }] }),
  );
  phone = fleet.phones[0]!;
  link = connectFleet(fleet.phones, { adbHost: '127.0.0.1', adbPort: server.port });
  watch = watchPhones(server.port);
  device = await watch.attached(phone.serial);
  preparedDevice = new PreparedDevice(device);
  chest = await openLocalTools(
    toolPathsSchema.parse(await writeVirtualTools(join(folder, 'tools'))),
  );
  litertChest = await openLocalTools(
    toolPathsSchema.parse(await writeVirtualTools(join(folder, 'litert'), 'litert')),
  );
});

afterAll(async () => {
  await link.close();
  await watch.tracker.close();
  fleet.stop();
  await server.stop();
  rmSync(folder, { recursive: true });
});

type Benchmark = (
  target: string,
  model: Buffer,
  format: ModelFormat,
  more?: Partial<BenchmarkPlan>,
) => Promise<Outcome>;

const benchmark: Benchmark = (...job) => benchmarkWith(chest, ...job);
const benchmarkLitert: Benchmark = (...job) => benchmarkWith(litertChest, ...job);

function benchmarkWith(
  tools: LocalTools,
  ...[target, model, format, more = {}]: Parameters<Benchmark>
): Promise<Outcome> {
  const modelPath = join(folder, `input.${format}`);
  writeFileSync(modelPath, model);
  const parsed = parseTarget(target);
  return runBenchmark({
    preparedDevice,
    adapter: adapterFor(runtimesFor(device.hardware, tools).adapters, parsed)!,
    job: {
      jobId: 'j',
      target: parsed,
      artifact: {
        digest: createHash('sha256').update(model).digest('hex'),
        sizeBytes: model.length,
        format,
      },
      plan: { ...defaultPlan, sessionDeadlineMs: 1_000, ...more },
    },
    modelPath,
    clock: systemClock,
    limits: readinessLimitsSchema.parse({}),
    signal: new AbortController().signal,
    cores: fastestCores(device.hardware, 1, parsed.unit),
    agentVersion: 'test',
    fetchMs: 0,
  });
}

async function filesOnPhone(): Promise<string[]> {
  const listed = await device.execute(['ls', device.workFolder], { deadlineMs: 5_000 });
  return listed.ok
    ? listed.value.stdout.split('\n').filter((name) => name !== '' && name !== 'tools')
    : [listed.error.message];
}

test.each([
  ['sm8550/tflite/cpu/float32', reluTflite, 'tflite', 'benchmark_model'],
  [
    'sm8550/tflite/npu/int8',
    Buffer.from(writeFixture(smallClassifier())),
    'tflite',
    'benchmark_model',
  ],
  ['sm8550/tflite/npu/float16', reluTflite, 'tflite', 'benchmark_model'],
  ['sm8550/onnxruntime/cpu/float32', onnxModel('Relu', [1, 8]), 'onnx', 'onnxruntime_perf_test'],
] as const)(
  '%s measures, and leaves nothing but the tools',
  async (target, model, format, tool) => {
    const outcome = await benchmark(target, model, format);
    expect(outcome).toMatchObject({
      kind: 'measured',
      measurement: {
        sessions: [{}, {}, {}],
        summary: { n: 150 },
        conditions: {
          deviceSerial: phone.serial,
          tool,
          unitShare: 1,
          before: { batteryPercent: expect.any(Number) as number },
        },
      },
    });
    expect(await filesOnPhone()).toEqual([]);
  },
);

test('a float model on an NPU that is set up for integers is not measured', async () => {
  const outcome = await benchmark('sm8550/tflite/npu/int8', reluTflite, 'tflite');
  expect(outcome).toMatchObject({ kind: 'candidate-fault', code: 'not-fully-delegated' });
});

test('a latency that decides ends a measurement early, or makes it longer', async () => {
  const sessionsOf = async (decisionMs: number): Promise<number> => {
    const outcome = await benchmark('sm8550/tflite/cpu/float32', reluTflite, 'tflite', {
      decisionMs,
    });
    return outcome.kind === 'measured' ? outcome.measurement.sessions.length : 0;
  };
  const planned = await benchmark('sm8550/tflite/cpu/float32', reluTflite, 'tflite');
  const latencyMs = planned.kind === 'measured' ? planned.measurement.latencyMs : NaN;
  expect(await sessionsOf(latencyMs / 2)).toBe(1);
  expect(await sessionsOf(latencyMs * 2)).toBe(3);
  expect(await filesOnPhone()).toEqual([]);
});

test.each([
  ['hang', { kind: 'farm-fault', code: 'timeout' }],
  ['crash', { kind: 'candidate-fault', code: 'crashed' }],
  ['garbage', { kind: 'farm-fault', code: 'unreadable-output' }],
] as const)('a tool that does what a tool must not do: %s', async (kind, fault) => {
  phone.inject({ kind });
  expect(await benchmark('sm8550/tflite/cpu/float32', reluTflite, 'tflite')).toMatchObject(fault);
  expect(await filesOnPhone()).toEqual([]);
});

test.each([
  ['cpu', 'float32', reluTflite],
  ['gpu', 'float16', reluTflite],
  ['npu', 'int8', Buffer.from(writeFixture(smallClassifier()))],
] as const)("LiteRT's newer tool measures on the %s too", async (unit, precision, model) => {
  const outcome = await benchmarkLitert(`sm8550/tflite/${unit}/${precision}`, model, 'tflite');
  expect(outcome).toMatchObject({
    kind: 'measured',
    measurement: {
      summary: { n: 150 },
      conditions: {
        tool: 'benchmark_litert_model',
        boundary: 'litert CompiledModel::Run',
        unitShare: 1,
      },
    },
  });
  expect(await filesOnPhone()).toEqual([]);
});

describe('a phone whose tools are not right measures nothing there, and blames no model', () => {
  afterEach(() => phone.inject({ kind: 'tools-mended' }));

  test.each([
    ['no-dsp-libraries', 'onnxruntime/npu', 'tool-missing'],
    ['no-dsp-libraries', 'tflite/npu', 'tool-missing'],
    ['no-dsp-libraries', 'litert/npu', 'tool-missing'],
    ['mixed-libraries', 'onnxruntime/npu', 'tool-mismatched'],
    ['mixed-libraries', 'tflite/npu', 'tool-mismatched'],
    ['mixed-libraries', 'litert/npu', 'tool-mismatched'],
    ['no-accelerator', 'tflite/nnapi', 'accelerator-missing'],
    ['no-accelerator', 'tflite/gpu', 'tool-missing'],
    ['no-accelerator', 'litert/npu', 'tool-missing'],
    ['no-accelerator', 'onnxruntime/npu', 'tool-missing'],
    ['dsp-fails', 'onnxruntime/npu', 'accelerator-failed'],
    ['dsp-fails', 'tflite/npu', 'accelerator-failed'],
    ['dsp-fails', 'litert/npu', 'accelerator-failed'],
    ['old-tools', 'tflite/npu', 'flag-unknown'],
    ['old-tools', 'litert/npu', 'flag-unknown'],
    ['old-tools', 'tflite/nnapi', 'flag-unknown'],
    ['old-tools', 'onnxruntime/cpu', 'flag-unknown'],
  ] as const)('%s on %s: %s', async (defect, where, code) => {
    const [tool, unit] = where.split('/') as [string, string];
    const isOnnx = tool === 'onnxruntime';
    const run = tool === 'litert' ? benchmarkLitert : benchmark;
    const target = `sm8550/${isOnnx ? 'onnxruntime' : 'tflite'}/${unit}/${unit === 'cpu' ? 'float32' : 'float16'}`;
    const measure = (): Promise<Outcome> =>
      run(target, isOnnx ? onnxModel('Relu', [1, 8]) : reluTflite, isOnnx ? 'onnx' : 'tflite');
    phone.inject({ kind: defect });
    const outcome = await measure();
    expect(outcome).toMatchObject({ kind: 'farm-fault', code });
    expect(outcome.kind === 'farm-fault' && blamesTarget(outcome.code)).toBe(true);
    phone.inject({ kind: 'tools-mended' });
    expect(await measure()).toMatchObject({ kind: 'measured' });
    expect(await filesOnPhone()).toEqual([]);
  });
});

test('a phone that is full', async () => {
  phone.inject({ kind: 'disk-full' });
  expect(await benchmark('sm8550/tflite/cpu/float32', reluTflite, 'tflite')).toMatchObject({
    kind: 'farm-fault',
    code: 'storage-full',
  });
  phone.inject({ kind: 'disk-free' });
  expect(await benchmark('sm8550/tflite/cpu/float32', reluTflite, 'tflite')).toMatchObject({
    kind: 'measured',
  });
});
