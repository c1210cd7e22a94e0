import { performance } from 'node:perf_hooks';
import type { FarmClient } from '../../cli/link/farm_client';
import type { Artifact } from '../../common/artifact';
import type { BenchmarkPlan } from '../../common/job';
import type { Measurement } from '../../common/measurement';
import { planToWire } from '../../proto/codec/job';
import { decodeResult } from '../../proto/codec/result';
import type { FreshModel } from './fresh_model';

interface OneJob {
  readonly farm: FarmClient;
  readonly target: string;
  readonly plan: BenchmarkPlan;
}

interface FinishedJob {
  readonly measurement: Measurement;
  /** From the request until a device was leased for it. */
  readonly waitMs: number;
  readonly totalMs: number;
}

/** What a user of the farm does for one candidate: upload, ask, wait for the result, which is in the ledger by then. */
export async function runJob(job: OneJob, model: FreshModel): Promise<FinishedJob> {
  const startedMs = performance.now();
  const finished = await runUploaded(job, await upload(job, model));
  return { ...finished, totalMs: performance.now() - startedMs };
}

export async function upload({ farm }: OneJob, model: FreshModel): Promise<Artifact> {
  return { ...(await farm.uploadBytes(model.bytes, 'onnx')), format: 'onnx' };
}

export async function runUploaded(
  { farm, target, plan }: OneJob,
  artifact: Artifact,
): Promise<FinishedJob> {
  const askedMs = performance.now();
  let waitMs = NaN;
  let measurement: Measurement | undefined;
  // To the end of the stream: HTTP/2 servers close a connection on which a thousand streams were broken off.
  for await (const update of farm.runBenchmark({
    artifact,
    targets: [target],
    plan: planToWire(plan),
  })) {
    if (update.state === 'leased' && Number.isNaN(waitMs)) waitMs = performance.now() - askedMs;
    if (update.state === 'measured') measurement = readMeasurement(update.resultJson);
  }
  if (measurement === undefined) throw new Error('a job of the benchmark was not measured');
  return { measurement, waitMs, totalMs: performance.now() - askedMs };
}

function readMeasurement(json: string | null): Measurement | undefined {
  const result = decodeResult(Buffer.from(json ?? ''));
  return result.ok && result.value.outcome.kind === 'measured'
    ? result.value.outcome.measurement
    : undefined;
}
