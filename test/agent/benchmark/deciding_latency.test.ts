import type { BenchmarkTask } from '../../../agent/benchmark/run_benchmark';
import type { Execution } from '../../../agent/device/device';
import { defaultPlan } from '../../../common/job';
import { parseTarget } from '../../../common/target';
import { newestCpu } from '../runtimes/benchmark_model/texts';
import {
  benchmarkOn,
  expectOnlyTheTool,
  modelDigest,
  printed,
  succeeding,
} from './scripted_benchmark';

describe('a latency that decides', () => {
  const taking = (medianUs: number): Execution =>
    printed(newestCpu.replace('median=12000', `median=${String(medianUs)}`));
  const deciding = (decisionMs: number): Partial<BenchmarkTask> => ({
    job: {
      jobId: 'j',
      target: parseTarget('sm8550/tflite/cpu/int8'),
      artifact: { digest: modelDigest, sizeBytes: 5, format: 'tflite' },
      plan: { ...defaultPlan, decisionMs },
    },
  });

  test('ends the measurement of what is clearly slower after one session, and says so', async () => {
    const { device, run } = benchmarkOn({ tool: succeeding(1) });
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
    const { run } = benchmarkOn({ tool: succeeding(3) });
    expect(await run(deciding(20))).toMatchObject({
      kind: 'measured',
      measurement: { sessions: [{}, {}, {}], conditions: { caveats: [] } },
    });
  });

  test('lasts until noise no longer hides the answer, and leaves nothing on the device', async () => {
    const { device, run } = benchmarkOn({
      tool: [12_000, 12_240, 12_180, 12_180, 12_180].map(taking),
    });
    expect(await run(deciding(12))).toMatchObject({
      kind: 'measured',
      measurement: { latencyMs: 12.18, sessions: [{}, {}, {}, {}, {}] },
    });
    expectOnlyTheTool(device);
  });
});
