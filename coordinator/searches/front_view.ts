import type { Ledger } from '../ledger/ledger';
import { latencyInterval } from './latency_interval';
import type { FrontPoint, FrontView } from './search_view';
import type { TargetLane } from './target_lane';
import { judgeTrust } from './trust';

/** A target's front with the measurements behind it, which stay in the ledger and not in memory. */
export async function frontView(lane: TargetLane, ledger: Pick<Ledger, 'measurements'>, nowMs: number): Promise<FrontView> {
  const members = lane.search.front;
  const measurements = await ledger.measurements(members.map(({ architecture }) => lane.jobIdOf(architecture)));
  const usualDevice = mostFrequent([...measurements.values()].map(({ conditions }) => conditions.deviceSerial));
  const points = members.flatMap((member): FrontPoint[] => {
    const jobId = lane.jobIdOf(member.architecture);
    const measurement = measurements.get(jobId);
    const artifact = lane.artifactOf(member.architecture);
    if (measurement === undefined || artifact === undefined) return [];
    const { summary, conditions, finishedAtMs } = measurement;
    const { deviceSerial, caveats } = conditions;
    const interval = latencyInterval([measurement]);
    const reusedFromJobId = lane.reusedFromJobId(member.architecture) ?? null;
    return [{
      ...member, jobId, interval, deviceSerial, caveats, reusedFromJobId,
      latencyP5Ms: summary.p5Ms,
      latencyP95Ms: summary.p95Ms,
      sizeBytes: artifact.sizeBytes,
      artifactDigest: artifact.digest,
      trust: judgeTrust({ latencyMs: member.latencyMs, interval, caveats, reusedFromJobId: ownerOf(reusedFromJobId) === ownerOf(jobId) ? null : reusedFromJobId, ageMs: nowMs - finishedAtMs, isElsewhere: deviceSerial !== usualDevice }),
    }];
  });
  return { target: lane.name, points, hypervolumes: lane.search.hypervolumes };
}

/** Job ids begin with their search's id: two networks of one search can be the same model. */
function ownerOf(jobId: string | null): string | undefined {
  return jobId?.slice(0, jobId.lastIndexOf('.'));
}

/** Of several the first. */
function mostFrequent(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
