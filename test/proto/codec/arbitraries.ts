import fc from 'fast-check';
import { largestArtifactBytes, modelFormats, type Artifact } from '../../../common/artifact';
import {
  sensorKinds,
  type DeviceDescription,
  type DeviceState,
  type UnusablePhone,
} from '../../../common/device';
import {
  candidateFaultCodes,
  candidateFault,
  farmFaultCodes,
  farmFault,
  type Refusal,
} from '../../../common/fault';
import {
  planLimits,
  type BenchmarkPlan,
  type Job,
  type JobResult,
  type Lease,
  type Outcome,
} from '../../../common/job';
import type {
  Conditions,
  Measurement,
  Session,
  Summary,
  Timings,
} from '../../../common/measurement';
import { precisions, runtimes, units } from '../../../common/target';

/** Arbitrary domain values, as wide as the contract allows. */
export const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => /^\P{Cc}{1,200}$/u.test(text) && text !== '__proto__');
export const line = fc.string({ unit: 'grapheme', maxLength: 30 });
const count = fc.maxSafeNat();
const celsius = fc.double({ noNaN: true, noDefaultInfinity: true }).map(positiveZero);
const duration = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }).map(positiveZero);
const orNull = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.option(value, { nil: null });
const few = { maxLength: 4 };

const pool = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/);
const offer = fc.record({
  runtime: fc.constantFrom(...runtimes),
  unit: fc.constantFrom(...units),
  precision: fc.constantFrom(...precisions),
});
const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const kind = fc.constantFrom('phone' as const, 'virtual' as const, 'host' as const);

export const device: fc.Arbitrary<DeviceDescription> = fc.record({
  serial: name,
  kind,
  manufacturer: line,
  model: line,
  soc: line,
  pool,
  osBuild: line,
  abi: line,
  cpuClusters: fc.array(
    fc.record({ cores: fc.array(fc.nat(), few), largestFrequencyKhz: fc.nat() }),
    few,
  ),
  memoryBytes: count,
  storageFreeBytes: count,
  thermalSensors: fc.array(line, few),
  offers: fc.array(offer, few),
  tools: fc.array(fc.record({ name, digest: line, agentVersion: line }), few),
  missing: fc.array(line, few),
});

export const unusablePhone: fc.Arbitrary<UnusablePhone> = fc.record({
  adbSerial: name,
  adbState: line,
  reason: line,
  remedy: line,
});
export const artifact: fc.Arbitrary<Artifact> = fc.record({
  digest,
  sizeBytes: fc.nat(largestArtifactBytes),
  format: fc.constantFrom(...modelFormats),
});
export const plan: fc.Arbitrary<BenchmarkPlan> = fc.record(
  {
    sessions: fc.integer(planLimits.sessions),
    runs: fc.integer(planLimits.runs),
    warmupRuns: fc.integer(planLimits.warmupRuns),
    threads: fc.integer(planLimits.threads),
    sessionDeadlineMs: fc.integer(planLimits.sessionDeadlineMs),
    decisionMs: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  },
  { requiredKeys: ['sessions', 'runs', 'warmupRuns', 'threads', 'sessionDeadlineMs'] },
);
export const job: fc.Arbitrary<Job> = fc.record({
  jobId: name,
  target: fc.tuple(pool, offer).map(([poolName, how]) => ({ pool: poolName, ...how })),
  artifact,
  plan,
});
export const lease: fc.Arbitrary<Lease> = fc.record({
  jobId: name,
  deviceSerial: name,
  epoch: count,
  nonce: name,
});

export const deviceState: fc.Arbitrary<DeviceState> = fc.record({
  atMs: count,
  batteryPercent: orNull(fc.nat(100)),
  batteryCelsius: orNull(celsius),
  thermalStatus: orNull(fc.nat(6)),
  thermalStatusOverridden: fc.boolean(),
  celsiusBySensor: fc.dictionary(name, celsius, { maxKeys: 4, noNullPrototype: true }),
  kindBySensor: fc.dictionary(name, fc.constantFrom(...sensorKinds), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
  batteryFrozen: fc.boolean(),
  cpuFrequencyKhz: fc.array(fc.nat(), few),
});

const timings: fc.Arbitrary<Timings> = fc.oneof(
  fc
    .array(duration, { maxLength: 20 })
    .map((samplesMs) => ({ kind: 'samples' as const, samplesMs })),
  fc
    .record({
      count,
      minMs: duration,
      maxMs: duration,
      meanMs: duration,
      sdMs: duration,
      p5Ms: orNull(duration),
      p50Ms: orNull(duration),
      p95Ms: orNull(duration),
    })
    .map((aggregate) => ({ kind: 'aggregate' as const, aggregate })),
);
const session: fc.Arbitrary<Session> = fc.record({
  timings,
  initMs: orNull(duration),
  peakMemoryBytes: orNull(count),
});
const summary: fc.Arbitrary<Summary> = fc.record({
  n: count,
  minMs: duration,
  p5Ms: orNull(duration),
  p50Ms: orNull(duration),
  p90Ms: orNull(duration),
  p95Ms: orNull(duration),
  meanMs: duration,
  sdMs: duration,
});
const conditions: fc.Arbitrary<Conditions> = fc.record({
  deviceKind: kind,
  deviceSerial: name,
  soc: line,
  osBuild: line,
  agentVersion: line,
  tool: line,
  toolVersion: orNull(line),
  toolDigest: orNull(line),
  command: line,
  threads: fc.nat(),
  boundary: line,
  unitShare: orNull(fc.double({ noNaN: true, min: 0, max: 1 }).map(positiveZero)),
  before: deviceState,
  after: deviceState,
  caveats: fc.array(line, few),
});
export const measurement: fc.Arbitrary<Measurement> = fc.record({
  latencyMs: duration,
  sessions: fc.array(session, { minLength: 1, maxLength: 3 }),
  sessionSummaries: fc.array(summary, { maxLength: 3 }),
  summary,
  betweenSessionsCv: orNull(duration),
  conditions,
  stages: fc.record({
    fetchMs: duration,
    pushMs: duration,
    readinessMs: duration,
    measureMs: duration,
    cleanUpMs: duration,
  }),
  startedAtMs: count,
  finishedAtMs: count,
});

const refusal: fc.Arbitrary<Refusal> = fc.record({
  unitAsked: fc.constantFrom(...units),
  unitFailed: orNull(fc.constantFrom(...units)),
  reason: line,
  operator: orNull(line),
});
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  measurement.map((measured) => ({ kind: 'measured' as const, measurement: measured })),
  fc
    .tuple(fc.constantFrom(...candidateFaultCodes), line, orNull(refusal))
    .map(([code, message, facts]) => candidateFault(code, message, facts)),
  fc
    .tuple(fc.constantFrom(...farmFaultCodes), line)
    .map(([code, message]) => farmFault(code, message)),
);
export const jobResult: fc.Arbitrary<JobResult> = fc.record({
  lease,
  agentId: name,
  artifactDigest: digest,
  outcome,
});

function positiveZero(value: number): number {
  return value + 0;
}
