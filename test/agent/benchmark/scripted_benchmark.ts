import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readinessLimitsSchema } from '../../../agent/benchmark/readiness';
import { runBenchmark, type BenchmarkTask } from '../../../agent/benchmark/run_benchmark';
import { PreparedDevice } from '../../../agent/benchmark/prepared_device';
import type { Execution } from '../../../agent/device/device';
import { benchmarkModel } from '../../../agent/runtimes/benchmark_model/adapter';
import { toolBundle, type ToolFile } from '../../../agent/runtimes/tool/tool_bundle';
import type { Clock } from '../../../platform/time/clock';
import { defaultPlan } from '../../../common/job';
import { parseTarget } from '../../../common/target';
import { newestCpu } from '../runtimes/benchmark_model/texts';
import { scriptedDevice, type Script, type ScriptedDevice } from './scripted_device';

const folder = mkdtempSync(join(tmpdir(), 'run-benchmark-'));
afterAll(() => rmSync(folder, { recursive: true }));

export const sha256 = (content: string): string =>
  createHash('sha256').update(content).digest('hex');

export function toolFile(name: string): ToolFile {
  const localPath = join(folder, name);
  writeFileSync(localPath, name);
  return {
    name,
    localPath,
    executable: true,
    digest: sha256(name),
  };
}

export const benchmarkTool = toolBundle('tflite', [toolFile('benchmark_model')]);
const adapter = benchmarkModel(benchmarkTool, []);
/** Where it lies on the scripted device. */
export const toolPath = `/farm/${benchmarkTool.folder}/benchmark_model`;
const model = toolFile('model');
export const modelDigest = model.digest;
export const printed = (stdout: string, exitCode = 0): Execution => ({
  exitCode,
  stdout,
  stderr: '',
  fileRead: null,
});
export const succeeding = (sessions: number): Execution[] =>
  Array.from({ length: sessions }, () => printed(newestCpu));

interface ScriptedBenchmark {
  readonly device: ScriptedDevice;
  readonly run: (more?: Partial<BenchmarkTask>, target?: string) => ReturnType<typeof runBenchmark>;
}

/** Benchmarks on a device that answers by the script, in a time that passes only where it is waited for. */
export function benchmarkOn(script: Script): ScriptedBenchmark {
  let nowMs = 1_000_000;
  const clock: Clock = {
    nowMs: () => nowMs,
    sleep: (durationMs) => {
      nowMs += durationMs;
      return Promise.resolve();
    },
  };
  const device = scriptedDevice(script, () => nowMs);
  const preparedDevice = new PreparedDevice(device);
  const run: ScriptedBenchmark['run'] = (more, target = 'sm8550/tflite/cpu/int8') =>
    runBenchmark({
      preparedDevice,
      adapter,
      job: {
        jobId: 'j',
        target: parseTarget(target),
        artifact: { digest: modelDigest, sizeBytes: 5, format: 'tflite' },
        plan: defaultPlan,
      },
      modelPath: model.localPath,
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
export function expectOnlyTheTool(device: ScriptedDevice): void {
  expect([...device.files.keys()]).toEqual([toolPath]);
}
