import type { Ledger } from '../ledger/ledger';
import type { FrontPoint, FrontView } from './search_view';
import type { TargetLane } from './target_lane';

/** A target's front with the measurements behind it, which stay in the ledger and not in memory. */
export async function frontView(lane: TargetLane, ledger: Pick<Ledger, 'measurements'>): Promise<FrontView> {
  const members = lane.search.front;
  const measurements = await ledger.measurements(members.map(({ architecture }) => lane.jobIdOf(architecture)));
  const points = members.flatMap(({ architecture, accuracyPercent, latencyMs }): FrontPoint[] => {
    const jobId = lane.jobIdOf(architecture);
    const measurement = measurements.get(jobId);
    const artifact = lane.artifactOf(architecture);
    if (measurement === undefined || artifact === undefined) return [];
    const { summary, conditions } = measurement;
    return [{
      architecture, accuracyPercent, latencyMs, jobId,
      latencyP5Ms: summary.p5Ms,
      latencyP95Ms: summary.p95Ms,
      sizeBytes: artifact.sizeBytes,
      artifactDigest: artifact.digest,
      deviceSerial: conditions.deviceSerial,
      caveats: conditions.caveats,
      reusedFromJobId: lane.reusedFromJobId(architecture) ?? null,
    }];
  });
  return { target: lane.name, points, hypervolumes: lane.search.hypervolumes };
}
