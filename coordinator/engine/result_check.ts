import { summarizeBenchmark } from '../../common/benchmark_summary';
import { farmFault } from '../../common/fault';
import type { JobResult } from '../../common/job';
import type { Measurement } from '../../common/measurement';
import {
  currentLease,
  isGenuine,
  isOfThisLife,
  type SchedulerState,
} from '../schedule/state/scheduler_state';
import { findImplausible } from './plausibility';

/** When a result arrived. */
interface Arrival {
  readonly state: SchedulerState;
  /** By the clock of the scheduler, and by the time of day. */
  readonly atMs: number;
  readonly timeOfDayMs: number;
}

/** `implausible`: why its measurement was not believed; the result is a fault then. */
interface CheckedResult {
  readonly result: JobResult;
  readonly implausible: string | undefined;
}

/** What a result is worth. Whether it counts at all is for the scheduler to say. */
export function checkResult(result: JobResult, arrival: Arrival): CheckedResult {
  const { lease, agentId, outcome } = result;
  const open = arrival.state.jobs.get(lease.jobId);
  if (
    open === undefined ||
    outcome.kind !== 'measured' ||
    !isGenuine(arrival.state, agentId, lease)
  )
    return { result, implausible: undefined };
  const { digest } = open.job.artifact;
  if (digest !== result.artifactDigest)
    return {
      result: withFault(
        result,
        digest,
        `agent ${agentId} measured artifact ${result.artifactDigest} instead of ${digest}`,
      ),
      implausible: undefined,
    };
  const implausible = findImplausible(outcome.measurement, frameOf(result, arrival));
  if (implausible === undefined)
    return {
      result: {
        ...result,
        outcome: { kind: 'measured', measurement: summarized(outcome.measurement) },
      },
      implausible,
    };
  const fault = farmFault(
    'unreadable-output',
    `refused a measurement that cannot have happened: ${implausible}`,
  );
  return { result: { ...result, outcome: fault }, implausible };
}

/** A number for other bytes than the job's is no measurement of the candidate, whatever the agent says. */
function withFault(result: JobResult, artifactDigest: string, reason: string): JobResult {
  return { ...result, artifactDigest, outcome: farmFault('transfer-failed', reason) };
}

/** From the samples, whatever the agent made of them. */
function summarized(measurement: Measurement): Measurement {
  return { ...measurement, ...summarizeBenchmark(measurement.sessions) };
}

function frameOf(
  { lease }: JobResult,
  { state, atMs, timeOfDayMs }: Arrival,
): Parameters<typeof findImplausible>[1] {
  const active = isOfThisLife(state, lease) ? currentLease(state, lease) : undefined;
  return {
    deviceSerial: lease.deviceSerial,
    deviceKind: state.devices.get(lease.deviceSerial)?.description.kind,
    arrivedAtMs: timeOfDayMs,
    leaseAgeMs: active === undefined ? undefined : atMs - active.grantedAtMs,
  };
}
