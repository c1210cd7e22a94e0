import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBenchmark } from '../../../agent/benchmark/run_benchmark';
import { readinessLimitsSchema } from '../../../agent/benchmark/readiness';
import { PreparedDevice } from '../../../agent/benchmark/prepared_device';
import type { Device } from '../../../agent/device/device';
import { openHostDevice } from '../../../agent/device/host/host_device';
import { adapterFor, runtimesFor } from '../../../agent/runtimes/registry';
import type { ModelFormat } from '../../../common/artifact';
import { systemClock } from '../../../platform/time/clock';
import type { BenchmarkPlan, Outcome } from '../../../common/job';
import { parseTarget } from '../../../common/target';
import { plainOptions } from '../../../model/tflite/file/builtin_options';
import { serializeTflite } from '../../../model/tflite/file/serialize';
import { compileHostPrograms, type HostPrograms } from '../runtimes/host/host_programs';
import { customOperatorTflite, onnxModel, reluTflite } from '../runtimes/host/small_models';

/** Real runtimes in real processes on this machine. */
const dataDir = mkdtempSync(join(tmpdir(), 'host-benchmark-'));
const plan: BenchmarkPlan = {
  sessions: 2,
  runs: 20,
  warmupRuns: 2,
  threads: 1,
  sessionDeadlineMs: 60_000,
};
let programs: HostPrograms;
let device: Device;
let preparedDevice: PreparedDevice;

beforeAll(async () => {
  programs = await compileHostPrograms();
  device = await openHostDevice({ dataDir, cores: [] });
  preparedDevice = new PreparedDevice(device);
});

afterAll(async () => {
  await device.close();
  programs.remove();
  rmSync(dataDir, { recursive: true });
});

async function benchmark(
  model: Buffer,
  format: ModelFormat,
  more: Partial<BenchmarkPlan> = {},
): Promise<Outcome> {
  const modelPath = join(dataDir, `input.${format}`);
  writeFileSync(modelPath, model);
  const target = parseTarget(
    format === 'onnx' ? 'host/onnxruntime/cpu/float32' : 'host/tflite/cpu/float32',
  );
  const { adapters } = runtimesFor(
    device.hardware,
    { toolsByField: new Map(), problemByField: new Map() },
    programs.folder,
  );
  return runBenchmark({
    preparedDevice,
    adapter: adapterFor(adapters, target)!,
    job: {
      jobId: 'j',
      target,
      artifact: {
        digest: createHash('sha256').update(model).digest('hex'),
        sizeBytes: model.length,
        format,
      },
      plan: { ...plan, ...more },
    },
    modelPath,
    clock: systemClock,
    limits: readinessLimitsSchema.parse({}),
    signal: new AbortController().signal,
    cores: [],
    agentVersion: 'test',
    fetchMs: 0,
  });
}

test.each([
  ['onnx', 'ONNX Runtime', onnxModel('Relu', [1, 8]), /^\d/],
  ['tflite', 'LiteRT', reluTflite, /^\d/],
] as const)(
  'a %s model is measured with %s: all samples, version, conditions, and nothing is left',
  async (format, _, model, version) => {
    const outcome = await benchmark(model, format);
    if (outcome.kind !== 'measured') throw new Error(outcome.message);
    const { measurement } = outcome;
    expect(
      measurement.sessions.map(({ timings }) =>
        timings.kind === 'samples' ? timings.samplesMs.length : timings.kind,
      ),
    ).toEqual([20, 20]);
    expect(measurement.latencyMs).toBeGreaterThan(0);
    expect(measurement.sessions[0]?.peakMemoryBytes).toBeGreaterThan(10_000_000);
    expect(measurement.conditions.toolVersion).toMatch(version);
    expect(measurement.conditions.command).toMatch(
      new RegExp(`job-[-0-9a-f]+\\.${format} --runs 20 --warmup-runs 2 --threads 1`),
    );
    expect(measurement.finishedAtMs).toBeGreaterThanOrEqual(measurement.startedAtMs);
    expect(readdirSync(device.workFolder)).toEqual([]);
  },
);

test.each(['int8', 'uint8', 'int16', 'int64', 'bool'] as const)(
  'a TFLite model whose edges are %s is measured too',
  async (elementType) => {
    const tensor = { elementType, shapeSignature: [], constant: false };
    const shape = {
      ...tensor,
      elementType: 'int32',
      name: 'shape',
      shape: [2],
      constant: true,
      data: new Uint8Array(Int32Array.of(8, 1).buffer),
    } as const;
    const reshape = {
      kind: 'RESHAPE',
      version: 1,
      inputs: [0, 1],
      outputs: [2],
      options: plainOptions.RESHAPE,
    };
    const tensors = [
      { ...tensor, name: 'x', shape: [1, 8] },
      shape,
      { ...tensor, name: 'y', shape: [8, 1] },
    ];
    const outcome = await benchmark(
      Buffer.from(
        serializeTflite({
          name: 'edges',
          tensors,
          operators: [reshape],
          inputs: [0],
          outputs: [2],
        }),
      ),
      'tflite',
    );
    expect(outcome).toMatchObject({ kind: 'measured' });
  },
);

test.each([
  ['a corrupt ONNX file', Buffer.from('no model'), 'onnx', 'invalid-model', /Protobuf|INVALID/i],
  [
    'a corrupt TFLite file',
    Buffer.from('no model'),
    'tflite',
    'invalid-model',
    /Failed to load model/,
  ],
  ['an empty file', Buffer.alloc(0), 'onnx', 'invalid-model', /./],
  [
    'an ONNX operator that does not exist',
    onnxModel('FarmUnknown', [1, 8]),
    'onnx',
    'unsupported-operator',
    /FarmUnknown/,
  ],
  [
    'a TFLite operator that does not exist, which LiteRT "runs"',
    customOperatorTflite,
    'tflite',
    'unsupported-operator',
    /FarmUnknown/,
  ],
  [
    'a dynamic shape',
    onnxModel('Relu', ['batch', 8]),
    'onnx',
    'invalid-model',
    /input "x" has the dynamic shape \[batch, 8\]; export the model with fixed shapes/,
  ],
] as const)(
  "%s is a candidate fault in the runtime's words",
  async (...[, model, format, code, message]) => {
    const outcome = await benchmark(model, format);
    expect(outcome).toEqual({
      kind: 'candidate-fault',
      code,
      message: expect.stringMatching(message) as string,
      refusal: {
        unitAsked: 'cpu',
        unitFailed: null,
        reason: outcome.kind === 'measured' ? '' : outcome.message,
        operator: code === 'unsupported-operator' ? 'FarmUnknown' : null,
      },
    });
    expect(readdirSync(device.workFolder)).toEqual([]);
  },
);

test('a tool that does not end is killed at the deadline, and its model removed', async () => {
  const outcome = await benchmark(onnxModel('Relu', [1, 4_000_000]), 'onnx', {
    runs: 10_000,
    sessionDeadlineMs: 1_000,
  });
  expect(outcome).toMatchObject({ kind: 'farm-fault', code: 'timeout' });
  expect(readdirSync(device.workFolder)).toEqual([]);
});

test('more threads than the WebAssembly build has are a caveat', async () => {
  const outcome = await benchmark(reluTflite, 'tflite', { threads: 2 });
  expect(outcome.kind === 'measured' && outcome.measurement.conditions.caveats).toEqual(
    expect.arrayContaining([
      expect.stringContaining('runs one thread; 2 were asked for') as string,
    ]),
  );
});
