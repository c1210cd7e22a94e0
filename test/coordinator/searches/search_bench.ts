import { createHash } from 'node:crypto';
import type { DeviceKind } from '../../../common/device';
import { candidateFault, farmFault } from '../../../common/fault';
import type { Job } from '../../../common/job';
import type { NetworkSpace } from '../../../model/space/network_space';
import { createLogger } from '../../../platform/logger';
import { formatTarget } from '../../../common/target';
import type {
  CandidatePreparation,
  PreparationRequest,
  PreparedModel,
} from '../../../coordinator/candidates/candidate_preparation';
import type { JobListener } from '../../../coordinator/engine/job_update';
import type { Ledger } from '../../../coordinator/ledger/ledger';
import type { SchedulerEvent } from '../../../coordinator/schedule/event/event';
import {
  loadSearchCatalog,
  type SearchCatalog,
} from '../../../coordinator/searches/search_catalog';
import { createLocalSpecReader } from '../../../coordinator/searches/spec_reader';
import type { SearchEngine, SearchParts } from '../../../coordinator/searches/search_parts';
import { createLocalStrategist } from '../../../coordinator/searches/strategist/local_strategist';
import { sampleMeasurement, samplePhone } from '../sample_fleet';

export const fastTarget = 'sm8550/onnxruntime/cpu/int8';
export const slowTarget = 'sm8350/onnxruntime/cpu/int8';

/** Paper models are smaller than real ones can be. */
function withoutBounds(space: NetworkSpace): NetworkSpace {
  return {
    ...space,
    costBounds: () => ({ macs: 1, parameters: 1, peakActivationBytes: 1, modelBytes: 1 }),
    within: (restriction) => withoutBounds(space.within(restriction)),
  };
}

const loaded = loadSearchCatalog();
const catalog: SearchCatalog = { ...loaded, space: (spec) => withoutBounds(loaded.space(spec)) };

/** A latency that depends on the architecture alone: 1 to 2 ms. */
export function latencyOf(artifactDigest: string): number {
  return 1 + Number.parseInt(artifactDigest.slice(0, 6), 16) / 0x1000000;
}

/** Names and sizes models without building them. */
export class PaperBuilder implements CandidatePreparation {
  readonly built: string[] = [];
  /** Says how a request fails, if it does. */
  refuse: (request: PreparationRequest) => boolean = () => false;
  /** Equal for requests that end in the same file. */
  fileOf: (request: PreparationRequest) => string = ({ architecture }) => architecture;

  prepare(request: PreparationRequest): ReturnType<CandidatePreparation['prepare']> {
    this.built.push(request.architecture);
    if (this.refuse(request))
      return Promise.resolve({ ok: false, error: { kind: 'crashed', message: 'out of memory' } });
    return Promise.resolve({ ok: true, value: paperModel(this.fileOf(request)) });
  }
}

export function paperModel(architecture: string): PreparedModel {
  const digest = createHash('sha256').update(architecture).digest('hex');
  return {
    artifact: {
      digest,
      sizeBytes: 1_000 + Number.parseInt(digest.slice(0, 2), 16),
      format: 'onnx',
    },
    costs: {
      macs: Number.parseInt(digest.slice(2, 4), 16),
      parameters: Number.parseInt(digest.slice(4, 6), 16),
      peakActivationBytes: Number.parseInt(digest.slice(6, 8), 16),
    },
  };
}

/** The engine's promises without phones: what ends is in the ledger before it is told, and a known job is not taken twice. */
export class PaperEngine implements SearchEngine {
  readonly events: SchedulerEvent[] = [];
  /** Of what measures from now on. */
  deviceKind: DeviceKind = 'phone';
  readonly #open = new Map<string, { readonly job: Job; readonly ownerId: string }>();
  readonly #listeners = new Map<string, JobListener>();
  readonly #paused = new Set<string>();
  #epoch = 0;

  constructor(private readonly ledger: Ledger) {}

  /** Submitted and not ended, first come first. */
  get queue(): readonly Job[] {
    return [...this.#open.values()]
      .filter(({ ownerId }) => !this.#paused.has(ownerId))
      .map(({ job }) => job);
  }

  dispatch(event: SchedulerEvent): void {
    this.events.push(event);
    if (event.kind === 'job-submitted' && !this.#open.has(event.job.jobId))
      this.#open.set(event.job.jobId, { job: event.job, ownerId: event.owner.ownerId });
    if (event.kind === 'owner-paused') this.#paused.add(event.ownerId);
    if (event.kind === 'owner-resumed') this.#paused.delete(event.ownerId);
    if (event.kind === 'owner-ended')
      for (const [jobId, open] of this.#open)
        if (open.ownerId === event.ownerId) this.#open.delete(jobId);
  }

  listen(ownerId: string, listener: JobListener): () => void {
    this.#listeners.set(ownerId, listener);
    return () => void this.#listeners.delete(ownerId);
  }

  async measure({ jobId, artifact }: Job, latencyMs = latencyOf(artifact.digest)): Promise<void> {
    const lease = { jobId, deviceSerial: 'phone-0', epoch: (this.#epoch += 1), nonce: 'n' };
    const sample = sampleMeasurement('phone-0', latencyMs);
    const measurement = {
      ...sample,
      conditions: { ...sample.conditions, deviceKind: this.deviceKind },
    };
    const result = {
      lease,
      agentId: 'agent',
      artifactDigest: artifact.digest,
      outcome: { kind: 'measured' as const, measurement },
    };
    await this.ledger.jobs.commit([
      { kind: 'attempt', result, atMs: 1 },
      {
        kind: 'job-ended',
        jobId,
        state: { kind: 'measured', deviceSerial: 'phone-0', epoch: lease.epoch },
        atMs: 1,
      },
    ]);
    this.#tell(jobId, {
      kind: 'measured',
      jobId,
      attempt: { lease, agentId: 'agent' },
      measurement,
    });
  }

  /** As the engine ends a job that waits while another measures the same bytes. */
  async reuse({ jobId, artifact }: Job, fromJobId: string): Promise<void> {
    const measurement = sampleMeasurement('phone-0', latencyOf(artifact.digest));
    await this.ledger.jobs.commit([
      { kind: 'job-ended', jobId, state: { kind: 'reused', fromJobId }, atMs: 1 },
    ]);
    const attempt = {
      lease: { jobId: fromJobId, deviceSerial: 'phone-0', epoch: 1, nonce: 'n' },
      agentId: 'agent',
    };
    this.#tell(jobId, { kind: 'reused', jobId, fromJobId, attempt, measurement });
  }

  async refuse({ jobId }: Job): Promise<void> {
    const fault = candidateFault('unsupported-operator', 'no kernel');
    await this.ledger.jobs.commit([
      {
        kind: 'job-ended',
        jobId,
        state: { kind: 'infeasible', refusedBy: { kind: 'runtime' }, fault },
        atMs: 1,
      },
    ]);
    this.#tell(jobId, {
      kind: 'infeasible',
      refusedBy: { kind: 'runtime' },
      jobId,
      attempt: undefined,
      fault,
    });
  }

  async abandon({ jobId }: Job): Promise<void> {
    const fault = farmFault('disconnected', 'cable');
    await this.ledger.jobs.commit([
      { kind: 'job-ended', jobId, state: { kind: 'abandoned', fault }, atMs: 1 },
    ]);
    this.#tell(jobId, { kind: 'abandoned', jobId, attempt: undefined, fault });
  }

  #tell(jobId: string, update: Parameters<JobListener>[0]): void {
    const open = this.#open.get(jobId);
    this.#open.delete(jobId);
    if (open !== undefined) this.#listeners.get(open.ownerId)?.(update);
  }
}

/** Stands until it is moved. */
export class PaperClock {
  #nowMs = 1_000;
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.add({ untilMs: this.#nowMs + durationMs, wake });
      signal?.addEventListener('abort', () => wake());
    });
  }

  moveTo(nowMs: number): void {
    this.#nowMs = nowMs;
    for (const sleeper of this.#sleepers)
      if (sleeper.untilMs <= nowMs && this.#sleepers.delete(sleeper)) sleeper.wake();
  }
}

export interface SearchBench {
  readonly engine: PaperEngine;
  readonly builder: PaperBuilder;
  readonly parts: SearchParts;
  readonly clock: PaperClock;
  readonly failures: Error[];
}

export function createBench(
  ledger: Ledger,
  seenBySearches: SearchParts['ledger'] = ledger,
): SearchBench {
  const engine = new PaperEngine(ledger);
  const builder = new PaperBuilder();
  const clock = new PaperClock();
  const failures: Error[] = [];
  const parts: SearchParts = {
    engine,
    candidates: builder,
    catalog,
    specs: createLocalSpecReader(catalog),
    openStrategist: (task) => createLocalStrategist(task, catalog),
    ledger: seenBySearches,
    deviceCount: (target) => (formatTarget(target) === fastTarget ? 2 : 1),
    clock,
    logger: createLogger('test', 'silent'),
    onFailure: (error) => failures.push(error),
  };
  return { engine, builder, clock, parts, failures };
}

export async function registerPhones(ledger: Ledger): Promise<void> {
  for (const [serial, pool] of [
    ['phone-0', 'sm8550'],
    ['phone-1', 'sm8550'],
    ['phone-2', 'sm8350'],
  ] as const) {
    const description = {
      ...samplePhone(serial),
      pool,
      offers: [{ runtime: 'onnxruntime', unit: 'cpu', precision: 'int8' } as const],
    };
    await ledger.devices.save({ description, agentId: 'agent', lastSeenAtMs: 1, drained: false });
  }
}
