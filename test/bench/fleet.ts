import { performance } from 'node:perf_hooks';
import { defaultPlan, type BenchmarkPlan } from '../../common/job';
import { startFarm, type ProcessUse } from './farm_under_test';
import { createModelSource } from './fresh_model';
import { runJob } from './one_job';
import { number, section } from './report';

const phones = 500;
const jobs = 3_000;
const modelBytes = 64 * 1024;
/** Enough requests at once that no phone waits for its asker. */
const askers = 750;

/** 500 phones on one coordinator: registration, memory, results per second and what each costs. */
export async function benchFleet(): Promise<void> {
  const fresh = await createModelSource();
  const under = await startFarm({ phones, timeScale: 0, latencyMs: 1 });
  const idle = under.processes();
  const plan: BenchmarkPlan = { ...defaultPlan, sessions: 1, runs: 10, warmupRuns: 1 };
  const startedMs = performance.now();
  let left = jobs;
  const ask = async (): Promise<void> => {
    for (; left > 0;) {
      left -= 1;
      await runJob({ ...under, plan }, fresh(modelBytes));
    }
  };
  await Promise.all(Array.from({ length: askers }, ask));
  const seconds = (performance.now() - startedMs) / 1000;
  const busy = under.processes();
  await under.stop();
  section(
    `Fleet: ${String(phones)} virtual phones, ${String(jobs)} jobs of no duration`,
    ['REGISTERED S', 'RESULTS/S'],
    [[number(under.registeredMs / 1000, 1), number(jobs / seconds)]],
  );
  section(
    'Programs',
    ['PROCESS', 'IDLE MB', 'BUSY MB', 'CPU MS/RESULT'],
    busy.map((each) => [
      each.name,
      number(megabytes(idle, each.name)),
      number(each.residentBytes / 1e6),
      number((each.cpuMs - (find(idle, each.name)?.cpuMs ?? 0)) / jobs, 2),
    ]),
  );
}

function find(list: readonly ProcessUse[], name: string): ProcessUse | undefined {
  return list.find((each) => each.name === name);
}

function megabytes(list: readonly ProcessUse[], name: string): number {
  return (find(list, name)?.residentBytes ?? NaN) / 1e6;
}
