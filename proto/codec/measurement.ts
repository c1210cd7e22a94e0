import { z } from 'zod';
import { sensorKinds, type DeviceKind, type DeviceState } from '../../common/device';
import { planLimits } from '../../common/job';
import type {
  Conditions,
  Measurement,
  Session,
  StageTimes,
  Summary,
  Timings,
} from '../../common/measurement';
import { countField, durationField, lineField, listField, longestList, nameField } from './field';

/** The largest plan: every run of every session. */
export const mostSamples = planLimits.sessions.max * planLimits.runs.max;
/** The tool's command line, with all its options and paths. */
const longestCommand = 20_000;

const celsiusField = z.number();

export const deviceStateSchema: z.ZodType<DeviceState> = z.object({
  atMs: countField,
  batteryPercent: durationField.nullable(),
  batteryCelsius: celsiusField.nullable(),
  thermalStatus: z.int().min(0).max(6).nullable(),
  thermalStatusOverridden: z.boolean(),
  celsiusBySensor: z
    .record(nameField, celsiusField)
    .refine(
      (bySensor) => Object.keys(bySensor).length <= longestList,
      `more than ${String(longestList)} sensors`,
    ),
  kindBySensor: z
    .record(nameField, z.enum(sensorKinds))
    .refine(
      (bySensor) => Object.keys(bySensor).length <= longestList,
      `more than ${String(longestList)} sensors`,
    )
    .default({}),
  batteryFrozen: z.boolean().default(false),
  cpuFrequencyKhz: listField(countField),
});

/** Looked at as one: a list of foreign values with a complaint about each takes some microseconds for every byte of it. */
const samplesField = z.custom<readonly number[]>(
  (value) =>
    Array.isArray(value) &&
    value.length <= mostSamples &&
    value.every((each) => durationField.safeParse(each).success),
);

const timingsSchema: z.ZodType<Timings> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('samples'), samplesMs: samplesField }),
  z.object({
    kind: z.literal('aggregate'),
    aggregate: z.object({
      count: countField,
      minMs: durationField,
      maxMs: durationField,
      meanMs: durationField,
      sdMs: durationField,
      p5Ms: durationField.nullable(),
      p50Ms: durationField.nullable(),
      p95Ms: durationField.nullable(),
    }),
  }),
]);

const sessionSchema: z.ZodType<Session> = z.object({
  timings: timingsSchema,
  initMs: durationField.nullable(),
  peakMemoryBytes: countField.nullable(),
});

const summarySchema: z.ZodType<Summary> = z.object({
  n: countField,
  minMs: durationField,
  p5Ms: durationField.nullable(),
  p50Ms: durationField.nullable(),
  p90Ms: durationField.nullable(),
  p95Ms: durationField.nullable(),
  meanMs: durationField,
  sdMs: durationField,
});

/** What measurements of before the kind was kept tell of it: the fingerprint of every virtual phone says so. */
function kindOf({
  osBuild,
  deviceSerial,
}: {
  readonly osBuild: string;
  readonly deviceSerial: string;
}): DeviceKind {
  if (osBuild.includes('.VIRTUAL.')) return 'virtual';
  return deviceSerial.startsWith('host-') ? 'host' : 'phone';
}

const documentSchema = z.object({
  deviceSerial: nameField,
  deviceKind: z.enum(['phone', 'virtual', 'host']).optional(),
  soc: lineField,
  osBuild: lineField,
  agentVersion: lineField,
  tool: lineField,
  toolVersion: lineField.nullable(),
  toolDigest: lineField.nullable(),
  command: z.string().max(longestCommand),
  threads: countField,
  boundary: lineField,
  unitShare: z.number().min(0).max(1).nullable(),
  before: deviceStateSchema,
  after: deviceStateSchema,
  caveats: listField(lineField),
});

const conditionsSchema: z.ZodType<Conditions> = documentSchema.transform(
  (document): Conditions => ({
    ...document,
    deviceKind: document.deviceKind ?? kindOf(document),
  }),
);

const stagesSchema: z.ZodType<StageTimes> = z.object({
  fetchMs: durationField,
  pushMs: durationField,
  readinessMs: durationField,
  measureMs: durationField,
  cleanUpMs: durationField,
});

export const measurementSchema: z.ZodType<Measurement> = z
  .object({
    latencyMs: durationField,
    sessions: listField(sessionSchema, planLimits.sessions.max).min(1),
    sessionSummaries: listField(summarySchema, planLimits.sessions.max),
    summary: summarySchema,
    betweenSessionsCv: durationField.nullable(),
    conditions: conditionsSchema,
    stages: stagesSchema,
    startedAtMs: countField,
    finishedAtMs: countField,
  })
  .refine(
    (measurement) => sampleCount(measurement.sessions) <= mostSamples,
    `more than ${String(mostSamples)} samples`,
  );

function sampleCount(sessions: readonly Session[]): number {
  return sessions.reduce(
    (sum, { timings }) => sum + (timings.kind === 'samples' ? timings.samplesMs.length : 0),
    0,
  );
}
