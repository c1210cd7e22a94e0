import type { DeviceKind } from '../../common/device';
import { planLimits } from '../../common/job';
import type { Measurement, Session, TimingAggregate } from '../../common/measurement';

/** What the farm knows of a measurement beside what its agent says. */
export interface MeasurementFrame {
  readonly deviceSerial: string;
  /** Undefined for a device that has not attached since the start. */
  readonly deviceKind: DeviceKind | undefined;
  /** By the coordinator's clock, now. */
  readonly arrivedAtMs: number;
  /** How long ago the lease was granted; undefined where that was before the start. */
  readonly leaseAgeMs: number | undefined;
}

/** Clocks of two machines may differ by a wrong time zone; more than a day is no clock. */
const clockToleranceMs = 24 * 3_600_000;
/** Before this program was thought of: an agent whose clock was never set (1 January 1970 on small boards). */
const earliestMs = Date.UTC(2020, 0, 1);
/** No step of a job takes longer: the longest deadline is an hour, a rest for a hot phone shorter. */
const longestStageMs = 24 * 3_600_000;
/** A phone's clock against the agent's, which also began to count a little later than the tool. */
const spanTolerance = { factor: 1.1, ms: 1_000 } as const;
/** Tools print rounded figures, some of them in whole microseconds. */
const rounding = { factor: 1.01, ms: 0.001 } as const;

/** What cannot have happened, in words; undefined for a measurement that can be believed. */
export function findImplausible(
  measurement: Measurement,
  frame: MeasurementFrame,
): string | undefined {
  return (
    findWrongPlace(measurement, frame) ??
    findWrongTime(measurement, frame) ??
    findWrongSessions(measurement, frame)
  );
}

function findWrongPlace(
  { conditions }: Measurement,
  { deviceSerial }: MeasurementFrame,
): string | undefined {
  return conditions.deviceSerial === deviceSerial
    ? undefined
    : `it was made on ${conditions.deviceSerial}, the lease is for ${deviceSerial}`;
}

function findWrongTime(
  { startedAtMs, finishedAtMs, stages }: Measurement,
  { arrivedAtMs, leaseAgeMs }: MeasurementFrame,
): string | undefined {
  if (finishedAtMs < startedAtMs) return 'it ended before it began';
  const firstMs =
    leaseAgeMs === undefined ? earliestMs : arrivedAtMs - leaseAgeMs - clockToleranceMs;
  if (startedAtMs < firstMs)
    return `it began at ${time(startedAtMs)}, before its job; is the agent's clock right?`;
  if (finishedAtMs > arrivedAtMs + clockToleranceMs)
    return `it ended at ${time(finishedAtMs)}, which is still to come; is the agent's clock right?`;
  const tooLong = Object.entries(stages).find(([, tookMs]) => tookMs > longestStageMs);
  return tooLong === undefined
    ? undefined
    : `${tooLong[0]} of ${String(tooLong[1])} is longer than a day`;
}

function findWrongSessions(
  measurement: Measurement,
  { deviceKind }: MeasurementFrame,
): string | undefined {
  const { sessions, startedAtMs, finishedAtMs } = measurement;
  if (sessions.length === 0) return 'it has no session';
  const wrong = sessions.map(findWrongSession).find((problem) => problem !== undefined);
  if (wrong !== undefined) return wrong;
  // A virtual phone's time may pass faster than ours.
  if (deviceKind === undefined || deviceKind === 'virtual') return undefined;
  const timedMs = sessions.reduce((sum, session) => sum + durationMs(session), 0);
  const spanMs = finishedAtMs - startedAtMs;
  return timedMs > spanMs * spanTolerance.factor + spanTolerance.ms
    ? `its runs took ${String(Math.round(timedMs))} ms together, the whole job ${String(spanMs)} ms`
    : undefined;
}

function findWrongSession({ timings, initMs }: Session): string | undefined {
  if ((initMs ?? 0) > longestRunMs) return 'a session took longer to begin than a session may last';
  return timings.kind === 'samples'
    ? findWrongSamples(timings.samplesMs)
    : findWrongAggregate(timings.aggregate);
}

/** A run that takes longer than any session may is none. */
const longestRunMs = planLimits.sessionDeadlineMs.max;

function findWrongSamples(samplesMs: readonly number[]): string | undefined {
  if (samplesMs.length === 0) return 'a session has no samples';
  const wrong = samplesMs.find((sampleMs) => !(sampleMs >= 0 && sampleMs <= longestRunMs));
  if (wrong !== undefined) return `a run of ${String(wrong)} ms`;
  // Half of the runs in no time at all: the headline would be 0.
  return samplesMs.filter((sampleMs) => sampleMs === 0).length * 2 > samplesMs.length
    ? 'most runs of a session took no time'
    : undefined;
}

function findWrongAggregate(aggregate: TimingAggregate): string | undefined {
  const { count, minMs, maxMs, meanMs, sdMs, p5Ms, p50Ms, p95Ms } = aggregate;
  if (count === 0) return 'a session has no samples';
  if (!(maxMs <= longestRunMs)) return `a run of ${String(maxMs)} ms`;
  if (meanMs === 0 || p50Ms === 0) return 'most runs of a session took no time';
  const quantilesMs = [p5Ms, p50Ms, p95Ms].filter((value) => value !== null);
  // No values spread further about their mean than the largest of them, whatever the denominator.
  const ascending = [
    [minMs, ...quantilesMs, maxMs],
    [minMs, meanMs, maxMs],
    [sdMs, maxMs],
  ];
  return ascending.every(isAscending) ? undefined : "a session's figures contradict each other";
}

function isAscending(values: readonly number[]): boolean {
  return values.every(
    (value, index) => value * rounding.factor + rounding.ms >= (values[index - 1] ?? 0),
  );
}

function durationMs({ timings }: Session): number {
  return timings.kind === 'samples'
    ? timings.samplesMs.reduce((sum, sampleMs) => sum + sampleMs, 0)
    : timings.aggregate.count * timings.aggregate.meanMs;
}

function time(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? `${String(atMs)} ms` : date.toISOString();
}
