import { randomUUID } from 'node:crypto';
import { BadInputError } from '../../common/bad_input';
import { FarmError } from '../../common/farm_error';
import type { Job, Outcome } from '../../common/job';
import type { Logger } from '../../platform/logger';
import { formatTarget } from '../../common/target';
import { benchmarkToWire, type BenchmarkChange } from '../../proto/codec/benchmark';
import { encodeResult } from '../../proto/codec/result';
import type { BenchmarkRequest__Output as WireRequest } from '../../proto/generated/farm/v1/BenchmarkRequest';
import type { BenchmarkServiceHandlers } from '../../proto/generated/farm/v1/BenchmarkService';
import type { BenchmarkUpdate as WireUpdate } from '../../proto/generated/farm/v1/BenchmarkUpdate';
import type { ArtifactStore } from '../../platform/artifacts/artifact_store';
import type { ModelKind } from '../dispatch/model_kinds';
import { serverStream, type ResponseStream } from '../calls/service_call';
import type { DeviceRegister } from '../engine/device_register';
import type { Engine } from '../engine/engine';
import type { JobAttempt, JobUpdate } from '../engine/job_update';
import type { ArtifactRecords } from '../ledger/artifact_records';
import type { JobRecords } from '../ledger/job_records';
import type { JobOwner } from '../schedule/state/owner';
import type { FleetView } from '../views/fleet/fleet_view';
import { type BenchmarkRequest, readBenchmarkRequest } from './benchmark_request';
import { describeQuarantine } from './device_state';
import { createMailbox, type Mailbox } from './mailbox';
import { requireFit } from './model_fit';

interface BenchmarkServiceParts {
  readonly engine: Pick<Engine, 'dispatch' | 'listen' | 'timeOfDayMs'>;
  readonly fleet: Pick<FleetView, 'quarantineOf'>;
  readonly ledger: {
    readonly jobs: Pick<JobRecords, 'save'>;
    readonly artifacts: Pick<ArtifactRecords, 'find'>;
  };
  readonly store: Pick<ArtifactStore, 'sizeBytes'>;
  /** @throws BadInputError for bytes that are no model that the farm measures */
  readonly modelKindOf: (digest: string) => Promise<ModelKind>;
  readonly devices: Pick<DeviceRegister, 'all'>;
  readonly logger: Logger;
}

/** Somebody waits for it, so it goes before every search, whose priority is 100 at most. */
const benchmarkPriority = 1_000;

/** `BenchmarkService`: jobs that live as long as their client listens. */
export function createBenchmarkService(parts: BenchmarkServiceParts): BenchmarkServiceHandlers {
  return { Run: serverStream(parts.logger, (request, updates) => run(parts, request, updates)) };
}

async function run(
  parts: BenchmarkServiceParts,
  wire: WireRequest,
  updates: ResponseStream<WireUpdate>,
): Promise<void> {
  const devices = [...parts.devices.all()];
  const request = readBenchmarkRequest(wire, devices);
  await checkArtifact(parts, request);
  requireFit(await parts.modelKindOf(request.artifact.digest), request.targets, devices);
  const owner: JobOwner = {
    ownerId: `bench-${randomUUID()}`,
    priority: benchmarkPriority,
    weight: 1,
  };
  const jobs = createJobs(owner.ownerId, request);
  const mailbox = createMailbox<JobUpdate>('all');
  const stopListening = parts.engine.listen(owner.ownerId, (update) => mailbox.put(update));
  try {
    for (const job of jobs.values()) {
      await parts.ledger.jobs.save({ job, ...owner, state: { kind: 'open' }, endedSequence: null });
      parts.engine.dispatch({ kind: 'job-submitted', job, owner });
    }
    await follow({ jobs, mailbox, updates, whyWaiting: (job) => whyWaiting(parts, job) });
  } finally {
    stopListening();
    parts.engine.dispatch({ kind: 'owner-ended', ownerId: owner.ownerId });
  }
}

async function checkArtifact(
  { store, ledger }: BenchmarkServiceParts,
  { artifact }: BenchmarkRequest,
): Promise<void> {
  const [sizeBytes, known] = await Promise.all([
    store.sizeBytes(artifact.digest),
    ledger.artifacts.find(artifact.digest),
  ]);
  if (sizeBytes === undefined || known === undefined)
    throw new FarmError(
      'not-found',
      `artifact ${artifact.digest} is not in the store; upload it first`,
    );
  if (sizeBytes !== artifact.sizeBytes || known.format !== artifact.format) {
    throw new BadInputError(
      `benchmark: artifact: ${artifact.digest} is ${known.format} of ${String(sizeBytes)} bytes, not ${artifact.format} of ${String(artifact.sizeBytes)}`,
    );
  }
}

function createJobs(
  ownerId: string,
  { artifact, targets, plan }: BenchmarkRequest,
): ReadonlyMap<string, Job> {
  return new Map(
    targets.map((target, index) => [
      `${ownerId}-${String(index)}`,
      { jobId: `${ownerId}-${String(index)}`, target, artifact, plan },
    ]),
  );
}

interface Following {
  readonly jobs: ReadonlyMap<string, Job>;
  readonly mailbox: Mailbox<JobUpdate>;
  readonly updates: ResponseStream<WireUpdate>;
  /** Null for a job that nothing holds up. */
  readonly whyWaiting: (job: Job) => string | null;
}

function whyWaiting({ engine, fleet }: BenchmarkServiceParts, { target }: Job): string | null {
  const quarantine = fleet.quarantineOf(target);
  return quarantine === undefined
    ? null
    : describeQuarantine(quarantine, (atMs) => engine.timeOfDayMs(atMs));
}

/** Sends what happens until every job has its last word or the client has left. */
async function follow({ jobs, mailbox, updates, whyWaiting: why }: Following): Promise<void> {
  for (const job of jobs.values())
    await updates.send(toWire(job, { state: 'queued', detail: why(job) }));
  const open = new Set(jobs.keys());
  while (open.size > 0) {
    const update = await mailbox.take(updates.left);
    if (update === undefined) return;
    const job = jobs.get(update.jobId);
    if (job === undefined) continue;
    await updates.send(toWire(job, describe(job, update)));
    if (update.kind !== 'leased' && update.kind !== 'attempt-failed') open.delete(update.jobId);
  }
}

type Description = Pick<BenchmarkChange, 'state'> & Partial<BenchmarkChange>;

function describe(job: Job, update: JobUpdate): Description {
  switch (update.kind) {
    case 'leased':
      return { state: 'leased', deviceSerial: update.lease.deviceSerial };
    case 'attempt-failed':
      return {
        state: 'queued',
        deviceSerial: update.lease.deviceSerial,
        detail: `${update.fault.code}: ${update.fault.message}`,
      };
    case 'measured':
      return {
        state: 'measured',
        ...describeAttempt(job, update.attempt, {
          kind: 'measured',
          measurement: update.measurement,
        }),
      };
    case 'reused':
      return {
        state: 'measured',
        ...describeAttempt(job, update.attempt, {
          kind: 'measured',
          measurement: update.measurement,
        }),
        detail: `the same model was being measured as job ${update.fromJobId}`,
      };
    default:
      return {
        state: update.kind,
        ...describeAttempt(job, update.attempt, update.fault),
        detail: `${update.fault.code}: ${update.fault.message}`,
      };
  }
}

function describeAttempt(
  job: Job,
  attempt: JobAttempt | undefined,
  outcome: Outcome,
): Omit<Description, 'state'> {
  if (attempt === undefined) return {};
  const result = {
    lease: attempt.lease,
    agentId: attempt.agentId,
    artifactDigest: job.artifact.digest,
    outcome,
  };
  return {
    deviceSerial: attempt.lease.deviceSerial,
    resultJson: Buffer.from(encodeResult(result)).toString(),
  };
}

function toWire(job: Job, description: Description): WireUpdate {
  return benchmarkToWire({
    ...{ target: formatTarget(job.target), jobId: job.jobId },
    ...{ deviceSerial: null, resultJson: null, detail: null },
    ...description,
  });
}
