import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JobResult } from '../../common/job';
import type { Measurement, Session } from '../../common/measurement';

/**
 * A result on its way between threads. A million samples, the most that a plan makes, would hold up the receiver for 40 to 80 ms;
 * as memory that changes its owner they cost nothing, and are unpacked one session at a time.
 */
export interface PackedResult {
  /** Without samples. */
  readonly result: JobResult;
  /** Of each session; empty for one without samples. */
  readonly samplesMs: readonly Float64Array<ArrayBuffer>[];
}

export function packResult(result: JobResult): PackedResult {
  const { outcome } = result;
  if (outcome.kind !== 'measured') return { result, samplesMs: [] };
  const { sessions } = outcome.measurement;
  return {
    result: withSessions(
      result,
      outcome.measurement,
      sessions.map((session) => withSamples(session, [])),
    ),
    samplesMs: sessions.map(({ timings }) =>
      Float64Array.from(timings.kind === 'samples' ? timings.samplesMs : []),
    ),
  };
}

/** Leaves the event loop to others after each session. */
export async function unpackResult({ result, samplesMs }: PackedResult): Promise<JobResult> {
  const { outcome } = result;
  if (outcome.kind !== 'measured') return result;
  const sessions: Session[] = [];
  for (const [index, session] of outcome.measurement.sessions.entries()) {
    if (index > 0) await nextTurn();
    sessions.push(withSamples(session, listOf(samplesMs[index] ?? [])));
  }
  return withSessions(result, outcome.measurement, sessions);
}

/** `Array.from` lets the list grow and takes three times as long. */
function listOf(numbers: ArrayLike<number>): readonly number[] {
  const list = new Array<number>(numbers.length);
  for (let index = 0; index < numbers.length; index += 1) list[index] = numbers[index] ?? 0;
  return list;
}

function withSamples(session: Session, samplesMs: readonly number[]): Session {
  return session.timings.kind === 'samples'
    ? { ...session, timings: { kind: 'samples', samplesMs } }
    : session;
}

function withSessions(
  result: JobResult,
  measurement: Measurement,
  sessions: readonly Session[],
): JobResult {
  return { ...result, outcome: { kind: 'measured', measurement: { ...measurement, sessions } } };
}
