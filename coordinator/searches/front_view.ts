import type { Artifact } from '../../common/artifact';
import type { Measurement } from '../../common/measurement';
import { ascendingOf, quantile } from '../../common/statistics';
import type { Ledger } from '../ledger/ledger';
import { Front, type FrontMember } from '../search/front';
import { violationOfMeasured } from '../search/violation';
import { latencyInterval, latencyMsOf } from './latency_interval';
import type { FrontPoint, FrontView } from './search_view';
import type { TargetLane } from './target_lane';
import { judgeTrust } from './trust';

/** A member of the search's front with all that was measured of it, the search's first measurement before its confirmations. */
interface MeasuredMember {
  readonly member: FrontMember;
  readonly artifact: Artifact;
  readonly jobId: string;
  readonly measurements: readonly [Measurement, ...Measurement[]];
}

interface Surroundings {
  readonly nowMs: number;
  /** The device that measured most of the front first. */
  readonly usualDevice: string | undefined;
}

/**
 * A target's front by all measurements of its members, which stay in the ledger and not in memory. What confirmation found to be dominated, or
 * beyond a limit, is not on it.
 */
export async function frontView(lane: TargetLane, ledger: Pick<Ledger, 'measurements'>, nowMs: number): Promise<FrontView> {
  const members = await measuredMembers(lane, ledger);
  const usualDevice = mostFrequent(members.map(({ measurements: [first] }) => first.conditions.deviceSerial));
  const points = new Map<string, FrontPoint>();
  const front = new Front();
  for (const each of members) {
    const { architecture } = each.member;
    const point = pointOf(each, lane.reusedFromJobId(architecture) ?? null, { nowMs, usualDevice });
    points.set(architecture, point);
    if (violationOfMeasured(lane.constraints, { latencyMs: point.latencyMs, unitShare: leastShare(each.measurements) }) === 0) front.insert(point);
  }
  return { target: lane.name, points: front.members.flatMap(({ architecture }) => points.get(architecture) ?? []), hypervolumes: lane.search.hypervolumes };
}

async function measuredMembers(lane: TargetLane, ledger: Pick<Ledger, 'measurements'>): Promise<readonly MeasuredMember[]> {
  const members = lane.search.front.map((member) => ({ member, jobId: lane.measuredJobIdOf(member.architecture), again: lane.confirmation.jobIdsOf(member.architecture) }));
  const found = await ledger.measurements(members.flatMap(({ jobId, again }) => [jobId, ...again]));
  return members.flatMap(({ member, jobId, again }): MeasuredMember[] => {
    const first = found.get(jobId);
    const artifact = lane.artifactOf(member.architecture);
    if (first === undefined || artifact === undefined) return [];
    return [{ member, artifact, jobId, measurements: [first, ...again.flatMap((each) => found.get(each) ?? [])] }];
  });
}

function pointOf({ member, artifact, jobId, measurements }: MeasuredMember, reusedFromJobId: string | null, { nowMs, usualDevice }: Surroundings): FrontPoint {
  const [first] = measurements;
  const latencyMs = measurements.length === 1 ? first.latencyMs : latencyMsOf(measurements);
  const interval = latencyInterval(measurements);
  const caveats = [...new Set(measurements.flatMap(({ conditions }) => conditions.caveats))];
  const grounds = {
    // What was measured again here rests on this search's own measurements too.
    reusedFromJobId: measurements.length === 1 ? reusedFromJobId : null,
    ageMs: nowMs - Math.max(...measurements.map(({ finishedAtMs }) => finishedAtMs)),
    isElsewhere: measurements.every(({ conditions }) => conditions.deviceSerial !== usualDevice),
  };
  return {
    ...member, latencyMs, jobId, interval, caveats, reusedFromJobId,
    deviceSerial: first.conditions.deviceSerial,
    latencyP5Ms: quantileMs(measurements, 'p5Ms', 0.05),
    latencyP95Ms: quantileMs(measurements, 'p95Ms', 0.95),
    sizeBytes: artifact.sizeBytes,
    artifactDigest: artifact.digest,
    trust: judgeTrust({ latencyMs, interval, caveats, ...grounds }),
  };
}

/** Over the single runs of all measurements; null where a tool does not give them. */
function quantileMs(measurements: MeasuredMember['measurements'], name: 'p5Ms' | 'p95Ms', fraction: number): number | null {
  if (measurements.length === 1) return measurements[0].summary[name];
  const samplesMs: number[] = [];
  for (const { timings } of measurements.flatMap(({ sessions }) => sessions)) {
    if (timings.kind !== 'samples') return null;
    samplesMs.push(...timings.samplesMs);
  }
  return quantile(ascendingOf(samplesMs), fraction);
}

/** A share that one of them does not prove counts as none. */
function leastShare(measurements: readonly Measurement[]): number | null {
  const shares = measurements.map(({ conditions }) => conditions.unitShare);
  return shares.every((share) => share !== null) ? Math.min(...shares) : null;
}

/** Of several the first. */
function mostFrequent(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
