import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { defaultPlan } from '../../common/job';
import { startFarm } from './farm_under_test';
import { createModelSource } from './fresh_model';
import { runJob } from './one_job';
import { number, percentile, section } from './report';

const run = promisify(execFile);
const repetitions = 15;
const modelBytes = 4 * 1024 * 1024;
const latencyMs = 5;
const runs = 100;

/** The same tool on the same virtual phone with the same model: by the farm, and by hand with push, shell and rm. */
export async function benchOverhead(): Promise<void> {
  const fresh = await createModelSource();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'farm-overhead-'));
  const under = await startFarm({ phones: 1, timeScale: 1, latencyMs });
  const adb = async (...args: string[]): Promise<string> =>
    (await run('adb', ['-P', String(under.adbPort), ...args])).stdout;
  const byFarmMs: number[] = [];
  const byHandMs: number[] = [];
  const command: string[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const plan = { ...defaultPlan, sessions: 1, runs, warmupRuns: 1 };
    const job = await runJob({ ...under, plan }, fresh(modelBytes));
    byFarmMs.push(job.totalMs);
    command[0] = job.measurement.conditions.command;
    const file = path.join(folder, 'model.onnx');
    await writeFile(file, fresh(modelBytes).bytes);
    const startedMs = performance.now();
    await adb('push', file, '/data/local/tmp/pareto-farm/model.onnx');
    await adb('shell', `cd /data/local/tmp/pareto-farm; ${command[0]}`);
    await adb(
      'shell',
      'rm -f /data/local/tmp/pareto-farm/model.onnx /data/local/tmp/pareto-farm/result-0.csv',
    );
    byHandMs.push(performance.now() - startedMs);
  }
  await under.stop();
  await rm(folder, { recursive: true, force: true });
  const [farmMs, handMs] = [percentile(byFarmMs, 0.5), percentile(byHandMs, 0.5)];
  section(
    `Overhead: one job of ${String(runs)} runs of ${String(latencyMs)} ms, 4 MiB model, median of ${String(repetitions)}`,
    ['BY FARM MS', 'BY HAND MS', 'RATIO'],
    [[number(farmMs), number(handMs), number(farmMs / handMs, 2)]],
  );
}
