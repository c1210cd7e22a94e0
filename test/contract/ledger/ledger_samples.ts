import type { JobResult, Outcome } from '../../../common/job';
import type { Measurement } from '../../../common/measurement';
import type { CandidateRecord } from '../../../coordinator/ledger/candidate_records';
import type { DeviceRecord } from '../../../coordinator/ledger/device_records';
import type { Ledger } from '../../../coordinator/ledger/ledger';
import type { JobRecord, LedgerEntry } from '../../../coordinator/ledger/job_records';
import type { ProposalRecord } from '../../../coordinator/ledger/proposal_records';
import type { SearchRecord } from '../../../coordinator/ledger/search_records';

/** Plausible records; what a test is about, it overrides. */
const digest = 'ab'.repeat(32);

export const aSearch: SearchRecord = {
  searchId: 's1',
  name: 'first',
  state: 'running',
  specYaml: 'name: first\n',
  createdAtMs: 1_000,
  wall: { ranMs: 0, runningSinceMs: 1_000 },
};

export function aJob(jobId: string, overrides: Partial<JobRecord> = {}): JobRecord {
  return {
    job: {
      jobId,
      target: { pool: 'sm8550', runtime: 'tflite', unit: 'npu', precision: 'int8' },
      artifact: { digest, sizeBytes: 1_234, format: 'tflite' },
      plan: { sessions: 3, runs: 50, warmupRuns: 5, threads: 1, sessionDeadlineMs: 120_000 },
    },
    ownerId: 's1',
    priority: 0,
    weight: 1,
    state: { kind: 'open' },
    endedSequence: null,
    ...overrides,
  };
}

/** Open jobs of nobody's candidates. */
export async function saveJobs(ledger: Pick<Ledger, 'jobs'>, ...jobIds: string[]): Promise<void> {
  for (const jobId of jobIds) await ledger.jobs.save(aJob(jobId));
}

export function aCandidate(
  sequence: number,
  overrides: Partial<CandidateRecord> = {},
): CandidateRecord {
  return {
    searchId: 's1',
    target: 'sm8550/tflite/npu/int8',
    sequence,
    architecture: `arch-${String(sequence)}`,
    jobId: `j${String(sequence)}`,
    ...overrides,
  };
}

export function aProposal(
  sequence: number,
  overrides: Partial<ProposalRecord> = {},
): ProposalRecord {
  return {
    searchId: 's1',
    target: 'sm8550/tflite/npu/int8',
    sequence,
    architecture: `arch-${String(sequence)}`,
    ...overrides,
  };
}

export function aDevice(serial: string, overrides: Partial<DeviceRecord> = {}): DeviceRecord {
  return {
    description: {
      serial,
      kind: 'virtual',
      manufacturer: 'Qualcomm',
      model: 'Virtual',
      soc: 'SM8550',
      pool: 'sm8550',
      osBuild: 'virtual/1',
      abi: 'arm64-v8a',
      cpuClusters: [{ cores: [0, 1, 2], largestFrequencyKhz: 2_016_000 }],
      memoryBytes: 8e9,
      storageFreeBytes: 1e9,
      thermalSensors: ['cpu'],
      offers: [{ runtime: 'tflite', unit: 'npu', precision: 'int8' }],
      tools: [{ name: 'benchmark_model', digest: 'ab'.repeat(32), agentVersion: '0.1.0' }],
      missing: [],
    },
    agentId: 'agent-1',
    lastSeenAtMs: 5_000,
    drained: false,
    ...overrides,
  };
}

/** With as many samples as the default plan makes. */
export function aMeasurement(latencyMs: number): Measurement {
  const samplesMs = Array.from({ length: 50 }, (_, index) => latencyMs + index / 1_000);
  const summary = {
    n: 50,
    minMs: latencyMs,
    p5Ms: latencyMs,
    p50Ms: latencyMs,
    p90Ms: latencyMs,
    p95Ms: latencyMs,
    meanMs: latencyMs,
    sdMs: 0.1,
  };
  const state = {
    atMs: 1,
    batteryPercent: 90,
    batteryCelsius: 25,
    thermalStatus: 0,
    thermalStatusOverridden: false,
    celsiusBySensor: { cpu: 40 },
    kindBySensor: {},
    batteryFrozen: false,
    cpuFrequencyKhz: [2e6],
  };
  const session = {
    timings: { kind: 'samples' as const, samplesMs },
    initMs: 3,
    peakMemoryBytes: 1e6,
  };
  return {
    latencyMs,
    sessions: [session, session, session],
    sessionSummaries: [summary, summary, summary],
    summary,
    betweenSessionsCv: 0.01,
    conditions: {
      deviceSerial: 'p1',
      deviceKind: 'phone',
      soc: 'SM8550',
      osBuild: 'virtual/1',
      agentVersion: '0.1.0',
      tool: 'benchmark_model',
      toolVersion: null,
      toolDigest: null,
      command: 'benchmark_model --graph=x',
      threads: 1,
      boundary: 'Invoke()',
      unitShare: 1,
      before: state,
      after: state,
      caveats: [],
    },
    stages: { fetchMs: 1, pushMs: 2, readinessMs: 3, measureMs: 4, cleanUpMs: 5 },
    startedAtMs: 1,
    finishedAtMs: 2,
  };
}

export function aResult(
  jobId: string,
  epoch: number,
  outcome: Outcome = { kind: 'measured', measurement: aMeasurement(7) },
): JobResult {
  return {
    lease: { jobId, deviceSerial: 'p1', epoch, nonce: 'known-to-agent-1' },
    agentId: 'agent-1',
    artifactDigest: digest,
    outcome,
  };
}

export function anAttempt(jobId: string, epoch: number, outcome?: Outcome): LedgerEntry {
  return {
    kind: 'attempt',
    result: outcome === undefined ? aResult(jobId, epoch) : aResult(jobId, epoch, outcome),
    atMs: 10,
  };
}

export function aMeasuredEnd(jobId: string, epoch: number): LedgerEntry {
  return {
    kind: 'job-ended',
    jobId,
    state: { kind: 'measured', deviceSerial: 'p1', epoch },
    atMs: 11,
  };
}
