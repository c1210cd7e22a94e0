import { performance } from 'node:perf_hooks';
import { defaultPlan } from '../../common/job';
import { startFarm } from './farm_under_test';
import { createModelSource } from './fresh_model';
import { runJob } from './one_job';
import { percentile } from './report';

interface SessionsSetting {
  readonly devices: number;
  readonly sizeBytes: number;
  readonly seconds: number;
}

export interface SessionsFigures {
  readonly tool: 'pareto-farm';
  readonly devices: number;
  readonly sizeBytes: number;
  readonly jobs: number;
  readonly jobsPerSecond: number;
  readonly waitMsP50: number;
  readonly waitMsP99: number;
  readonly registeredS: number;
}

/** A coordinator runs for weeks; what V8 spends on compiling it in its first seconds is not what it costs. */
const warmUpSeconds = 5;

/** As many clients as devices; each takes a fresh file to a device, runs it once, and waits until the result is durable. */
export async function measureSessions({
  devices,
  sizeBytes,
  seconds,
}: SessionsSetting): Promise<SessionsFigures> {
  const fresh = await createModelSource();
  const under = await startFarm({ phones: devices, timeScale: 0, latencyMs: 0.001 });
  const plan = { ...defaultPlan, sessions: 1, runs: 1, warmupRuns: 0 };
  const load = async (durationSeconds: number): Promise<{ waits: number[]; elapsed: number }> => {
    const startedMs = performance.now();
    const waits: number[] = [];
    const ask = async (): Promise<void> => {
      while (performance.now() < startedMs + 1000 * durationSeconds)
        waits.push((await runJob({ ...under, plan }, fresh(sizeBytes))).waitMs);
    };
    await Promise.all(Array.from({ length: devices }, ask));
    return { waits, elapsed: (performance.now() - startedMs) / 1000 };
  };
  await load(warmUpSeconds);
  const { waits, elapsed } = await load(seconds);
  await under.stop();
  return {
    tool: 'pareto-farm',
    devices,
    sizeBytes,
    jobs: waits.length,
    jobsPerSecond: waits.length / elapsed,
    waitMsP50: percentile(waits, 0.5),
    waitMsP99: percentile(waits, 0.99),
    registeredS: under.registeredMs / 1000,
  };
}
