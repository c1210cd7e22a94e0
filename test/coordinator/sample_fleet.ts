import type { DeviceDescription, DeviceState } from '../../common/device';
import {
  defaultPlan,
  type Job,
  type JobResult,
  type Lease,
  type LeaseClaim,
  type Outcome,
} from '../../common/job';
import type { Measurement } from '../../common/measurement';
import { parseTarget } from '../../common/target';

/** Made-up phones, jobs and numbers for tests of the coordinator's edges. */
export const sampleTarget = 'sm8550/tflite/cpu/int8';
/** Where the sample model fits. */
export const sampleFloatTarget = 'sm8550/onnxruntime/cpu/float32';
export const sampleDigest = 'ab'.repeat(32);

/** As good as a secret one, where nobody guesses. */
export function sampleNonceOf({ agentId, jobId, deviceSerial, epoch }: LeaseClaim): string {
  return `nonce of ${agentId}, ${jobId}, ${deviceSerial}, ${String(epoch)}`;
}

export function samplePhone(serial: string): DeviceDescription {
  return {
    serial,
    kind: 'virtual',
    manufacturer: 'Sample',
    model: 'Phone',
    soc: 'SM8550',
    pool: 'sm8550',
    osBuild: 'sample/phone:14',
    abi: 'arm64-v8a',
    cpuClusters: [{ cores: [0, 1, 2, 3], largestFrequencyKhz: 2_000_000 }],
    memoryBytes: 8e9,
    storageFreeBytes: 64e9,
    thermalSensors: ['cpu'],
    offers: [
      { runtime: 'tflite', unit: 'cpu', precision: 'int8' },
      { runtime: 'onnxruntime', unit: 'cpu', precision: 'float32' },
    ],
    tools: [{ name: 'benchmark_model', digest: '', agentVersion: '0.1.0' }],
    missing: [],
  };
}

export function samplePhones(count: number, prefix = 'phone'): DeviceDescription[] {
  return Array.from({ length: count }, (_, index) => samplePhone(`${prefix}-${String(index)}`));
}

export function sampleJob(jobId: string, digest = sampleDigest): Job {
  return {
    jobId,
    target: parseTarget(sampleTarget),
    artifact: { digest, sizeBytes: 1_000, format: 'tflite' },
    plan: defaultPlan,
  };
}

export function measuredResult(
  lease: Lease,
  agentId: string,
  artifactDigest = sampleDigest,
  measurement = sampleMeasurement(lease.deviceSerial),
): JobResult {
  return { lease, agentId, artifactDigest, outcome: { kind: 'measured', measurement } };
}

export function failedResult(lease: Lease, agentId: string, outcome: Outcome): JobResult {
  return { lease, agentId, artifactDigest: sampleDigest, outcome };
}

export function sampleMeasurement(
  deviceSerial: string,
  latencyMs = 4,
  startedAtMs = Date.now(),
): Measurement {
  const summary = {
    n: 1,
    minMs: latencyMs,
    p5Ms: latencyMs,
    p50Ms: latencyMs,
    p90Ms: latencyMs,
    p95Ms: latencyMs,
    meanMs: latencyMs,
    sdMs: 0,
  };
  const conditions = {
    ...{
      deviceSerial,
      deviceKind: 'phone' as const,
      soc: 'SM8550',
      osBuild: 'sample/phone:14',
      agentVersion: '0.1.0',
      tool: 'benchmark_model',
      toolVersion: null,
      toolDigest: null,
    },
    ...{
      command: 'benchmark_model --graph=model',
      threads: 1,
      boundary: 'Invoke()',
      unitShare: null,
      before: sampleState,
      after: sampleState,
      caveats: [],
    },
  };
  return {
    latencyMs,
    sessions: Array.from({ length: defaultPlan.sessions }, () => ({
      timings: { kind: 'samples', samplesMs: [latencyMs] },
      initMs: 1,
      peakMemoryBytes: null,
    })),
    sessionSummaries: Array.from({ length: defaultPlan.sessions }, () => summary),
    summary: { ...summary, n: defaultPlan.sessions },
    betweenSessionsCv: 0,
    conditions,
    stages: { fetchMs: 1, pushMs: 2, readinessMs: 3, measureMs: 1_000, cleanUpMs: 5 },
    startedAtMs,
    finishedAtMs: startedAtMs + 1_000,
  };
}

const sampleState: DeviceState = {
  atMs: 1_700_000_000_000,
  batteryPercent: 80,
  batteryCelsius: 25,
  thermalStatus: 0,
  thermalStatusOverridden: false,
  celsiusBySensor: { cpu: 30 },
  kindBySensor: {},
  batteryFrozen: false,
  cpuFrequencyKhz: [2_000_000],
};
