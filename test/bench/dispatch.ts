import { defaultPlan, type BenchmarkPlan } from '../../common/job';
import type { Measurement } from '../../common/measurement';
import { bounded } from './bounded';
import { startFarm } from './farm_under_test';
import { createModelSource } from './fresh_model';
import { runUploaded, upload } from './one_job';
import { number, percentile, section } from './report';

const phones = 32;
const modelBytes = 256 * 1024;
/** Enough that every phone has jobs waiting, and below what the coordinator reads at a time. */
const atOnce = 192;
/** The tool's start and load take some milliseconds more than its runs. */
const settings = [
  { name: '2 s jobs', latencyMs: 20, runs: 98, jobsPerPhone: 10 },
  { name: '200 ms jobs', latencyMs: 2, runs: 95, jobsPerPhone: 40 },
] as const;

/** How long a free phone waits for its next command, and how much of its time it spends measuring, while jobs are waiting. */
export async function benchDispatch(): Promise<void> {
  const fresh = await createModelSource();
  const rows = [];
  for (const { name, latencyMs, runs, jobsPerPhone } of settings) {
    const under = await startFarm({ phones, timeScale: 1, latencyMs });
    const plan: BenchmarkPlan = { ...defaultPlan, sessions: 1, runs, warmupRuns: 1 };
    const job = { ...under, plan };
    // Uploaded beforehand: a search stores its candidates one by one while phones measure, not all at once.
    const models = Array.from({ length: phones * jobsPerPhone }, () => fresh(modelBytes));
    const artifacts = await bounded(models, atOnce, (model) => upload(job, model));
    const finished = await bounded(artifacts, atOnce, (artifact) => runUploaded(job, artifact));
    const measurements = finished.map((each) => each.measurement);
    await under.stop();
    const { gapsMs, measuringShare } = timeBetweenJobs(measurements);
    const stage = (read: (measurement: Measurement) => number): number =>
      percentile(measurements.map(read), 0.5);
    rows.push([
      name,
      number(measurements.length),
      number(percentile(gapsMs, 0.5), 1),
      number(percentile(gapsMs, 0.99), 1),
      number(100 * measuringShare, 1),
      number(
        stage((each) => each.stages.fetchMs),
        1,
      ),
      number(
        stage((each) => each.stages.pushMs),
        1,
      ),
      number(
        stage((each) => each.stages.readinessMs),
        1,
      ),
      number(
        stage((each) => each.stages.measureMs),
        1,
      ),
      number(
        stage((each) => each.stages.cleanUpMs),
        1,
      ),
    ]);
  }
  section(
    `Dispatch: ${String(phones)} virtual phones, models of ${String(modelBytes / 1024)} KiB`,
    [
      'LOAD',
      'JOBS',
      'FREE MS P50',
      'P99',
      'MEASURING %',
      'FETCH MS',
      'PUSH',
      'READY',
      'MEASURE',
      'CLEAN',
    ],
    rows,
  );
}

/** Free = from the end of one job's clean-up to the start of the next on the same phone. The end of the load, with an empty queue, is left out. */
function timeBetweenJobs(measurements: readonly Measurement[]): {
  gapsMs: number[];
  measuringShare: number;
} {
  const serials = new Set(measurements.map((each) => each.conditions.deviceSerial));
  const lists = [...serials].map((serial) =>
    measurements
      .filter((each) => each.conditions.deviceSerial === serial)
      .sort((a, b) => a.startedAtMs - b.startedAtMs),
  );
  const gapsMs = lists.flatMap((list) =>
    list.slice(1).map((each, index) => each.startedAtMs - (list[index]?.finishedAtMs ?? NaN)),
  );
  const spansMs = lists.map(
    (list) => (list.at(-1)?.finishedAtMs ?? 0) - (list[0]?.startedAtMs ?? 0),
  );
  const sum = (values: readonly number[]): number =>
    values.reduce((total, value) => total + value, 0);
  return {
    gapsMs,
    measuringShare: sum(measurements.map((each) => each.stages.measureMs)) / sum(spansMs),
  };
}
