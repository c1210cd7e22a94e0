import { FleetView } from '../../../coordinator/views/fleet/fleet_view';
import { status } from '@grpc/grpc-js';
import { defaultPlan } from '../../../common/job';
import type { Offer } from '../../../common/target';
import { createBenchmarkService } from '../../../coordinator/api/benchmark_service';
import type { ModelKind } from '../../../coordinator/dispatch/model_kinds';
import { initialState } from '../../../coordinator/schedule/state/scheduler_state';
import { loadFarmServices } from '../../../proto/service';
import type { BenchmarkServiceClient } from '../../../proto/generated/farm/v1/BenchmarkService';
import { describeError, insecure, serve, silentLogger, type TestServer } from '../grpc_fixture';
import { sampleDigest, sampleNonceOf, samplePhone } from '../sample_fleet';

const services = loadFarmServices();
const offers: readonly Offer[] = [
  { runtime: 'onnxruntime', unit: 'npu', precision: 'int8' },
  { runtime: 'onnxruntime', unit: 'npu', precision: 'float16' },
  { runtime: 'onnxruntime', unit: 'cpu', precision: 'float32' },
  { runtime: 'tflite', unit: 'cpu', precision: 'int8' },
];
const device = {
  description: { ...samplePhone('phone'), offers },
  agentId: 'agent',
  lastSeenAtMs: 1,
  drained: false,
};
const state = initialState({ incarnation: 1, nowMs: 0, nonceOf: sampleNonceOf });
const plan = { ...defaultPlan, decisionMs: 0 };

describe('a benchmark of a model that does not fit its target', () => {
  let server: TestServer;
  let client: BenchmarkServiceClient;
  let model: ModelKind;
  const queued: string[] = [];

  beforeAll(async () => {
    const handlers = createBenchmarkService({
      engine: {
        dispatch: ({ kind }) => void queued.push(kind),
        listen: () => () => undefined,
        timeOfDayMs: (atMs) => atMs,
      },
      fleet: new FleetView(() => state),
      ledger: {
        jobs: { save: ({ job }) => Promise.resolve(void queued.push(job.jobId)) },
        artifacts: {
          find: (digest) => Promise.resolve({ digest, sizeBytes: 9, format: model.format }),
        },
      },
      store: { sizeBytes: () => Promise.resolve(9) },
      modelKindOf: () => Promise.resolve(model),
      devices: { all: () => [device] },
      logger: silentLogger,
    });
    server = await serve(services.BenchmarkService.service, handlers);
    client = new services.BenchmarkService(server.address, insecure());
  });
  afterAll(() => {
    client.close();
    server.stop();
  });

  const run = (target: string): Promise<string> =>
    new Promise((resolve) => {
      const call = client.run({
        artifact: { digest: sampleDigest, sizeBytes: 9, format: model.format },
        targets: [target],
        plan,
      });
      call.on('data', () => {
        resolve('queued');
        call.cancel();
      });
      call.on('error', (error) => resolve(describeError(error)));
    });

  test.each<[ModelKind, string, RegExp]>([
    [
      { format: 'onnx', precision: 'float32' },
      'sm8550/onnxruntime/npu/int8',
      /: model: is float32 in ONNX, and sm8550\/onnxruntime\/npu\/int8 takes int8 models in ONNX; it fits sm8550\/onnxruntime\/cpu\/float32; or quantize it first \(farm quantize\)$/,
    ],
    [
      { format: 'onnx', precision: 'float32' },
      'sm8550/onnxruntime/npu/float16',
      /is float32 in ONNX, .* takes float16 models .*; it fits sm8550\/onnxruntime\/cpu\/float32$/,
    ],
    [
      { format: 'onnx', precision: 'int8' },
      'sm8550/onnxruntime/npu/float16',
      /is int8 in ONNX, .*; it fits sm8550\/onnxruntime\/npu\/int8$/,
    ],
    [
      { format: 'onnx', precision: 'int8' },
      'sm8550/tflite/cpu/int8',
      /is int8 in ONNX, .* takes int8 models in TFLite; it fits sm8550\/onnxruntime\/npu\/int8$/,
    ],
    [
      { format: 'tflite', precision: 'w8a16' },
      'sm8550/tflite/cpu/int8',
      /is w8a16 in TFLite, .*; no target of the fleet takes it$/,
    ],
  ])('%j on %s', async (kind, target, said) => {
    model = kind;
    const answer = await run(target);
    expect(answer).toMatch(new RegExp(`^${status[status.INVALID_ARGUMENT]}: `));
    expect(answer).toMatch(said);
    expect(queued).toEqual([]);
  });

  test('one that fits is queued', async () => {
    model = { format: 'tflite', precision: 'int8' };
    expect(await run('sm8550/tflite/cpu/int8')).toBe('queued');
    expect(queued).toContain('job-submitted');
  });
});
