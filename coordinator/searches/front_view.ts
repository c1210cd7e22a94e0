import type { Artifact } from '../../common/artifact';
import { hottestCelsius } from '../../common/device';
import type { Measurement } from '../../common/measurement';
import { ascendingOf, quantile } from '../../common/statistics';
import type { Ledger } from '../ledger/ledger';
import type { AccuracyStatement } from './accuracy_statement';
import type { FrontPoint, FrontView } from './search_view';
import type { StandingMember } from '../../search/study/standing_front';
import { confirmationsOf, type Lane } from '../../search/study/lane';
import { laneFront } from '../../search/study/lane_front';
import { hypervolumeOf } from '../../search/study/results';
import { artifactOf } from '../../common/trial';
import { judgeTrust } from './trust';

/** A member of the front with all that was measured of it, the search's first measurement before its confirmations. */
interface MeasuredMember {
  readonly member: StandingMember;
  readonly artifact: Artifact;
  readonly jobId: string;
  /** The job whose measurement the first is, where it was made for somebody else. */
  readonly reusedFromJobId: string | null;
  readonly measurements: readonly [Measurement, ...Measurement[]];
}

interface FrontSurroundings {
  readonly ledger: Pick<Ledger, 'measurements'>;
  readonly nowMs: number;
  readonly hashOf: (architecture: string) => string;
  readonly statement: AccuracyStatement;
}

/** A target's front as it stands, with what the ledger knows of the measurements behind it. */
export async function frontView(lane: Lane, surroundings: FrontSurroundings): Promise<FrontView> {
  const { members, uncertain } = laneFront(lane);
  const measured = await measuredMembers(lane, [...members, ...uncertain], surroundings.ledger);
  const usualDevice = mostFrequent(
    measured.map(({ measurements: [first] }) => first.conditions.deviceSerial),
  );
  const points = new Map(
    measured.map((each) => [
      each.member.architecture,
      pointOf(each, { usualDevice, ...surroundings }),
    ]),
  );
  const pointsOf = (some: readonly StandingMember[]): FrontPoint[] =>
    some.flatMap(({ architecture }) => points.get(architecture) ?? []);
  const { results, target } = lane;
  return {
    target: target.name,
    points: pointsOf(members),
    uncertain: pointsOf(uncertain),
    hypervolume: hypervolumeOf(results, members),
    hypervolumes: results.hypervolumes.toArray(),
    statement: surroundings.statement,
  };
}

async function measuredMembers(
  lane: Lane,
  members: readonly StandingMember[],
  ledger: Pick<Ledger, 'measurements'>,
): Promise<readonly MeasuredMember[]> {
  const asked = members.flatMap((member) => {
    const trial = lane.trials.get(member.architecture);
    const artifact = trial === undefined ? null : artifactOf(trial);
    if (artifact === null || trial?.state.kind !== 'ended') return [];
    const { end } = trial.state;
    if (end.kind !== 'measured' && end.kind !== 'reused') return [];
    const again = confirmationsOf(lane, member.architecture).map(({ jobId }) => jobId);
    const reusedFromJobId = end.kind === 'reused' ? end.fromJobId : null;
    return [{ member, artifact, jobId: end.jobId, reusedFromJobId, again }];
  });
  const found = await ledger.measurements.of(
    asked.flatMap(({ jobId, again }) => [jobId, ...again]),
  );
  return asked.flatMap(({ again, ...same }): MeasuredMember[] => {
    const first = found.get(same.jobId);
    if (first === undefined) return [];
    return [{ ...same, measurements: [first, ...again.flatMap((each) => found.get(each) ?? [])] }];
  });
}

interface PointSurroundings extends FrontSurroundings {
  /** The device that measured most of the front first. */
  readonly usualDevice: string | undefined;
}

function pointOf(
  { member, artifact, jobId, measurements, ...measured }: MeasuredMember,
  { nowMs, usualDevice, hashOf }: PointSurroundings,
): FrontPoint {
  const { architecture, accuracyPercent, latencyMs, interval, isVirtual } = member;
  const [{ conditions }] = measurements;
  const caveats = [...new Set(measurements.flatMap((each) => each.conditions.caveats))];
  // What was measured again here rests on this search's own measurements too.
  const reusedFromJobId = measurements.length === 1 ? measured.reusedFromJobId : null;
  const ageMs = nowMs - Math.max(...measurements.map(({ finishedAtMs }) => finishedAtMs));
  const isElsewhere = measurements.every((each) => each.conditions.deviceSerial !== usualDevice);
  return {
    ...{ architecture, accuracyPercent, latencyMs, interval, jobId, caveats, reusedFromJobId },
    hash: hashOf(architecture),
    deviceSerial: conditions.deviceSerial,
    deviceKind: isVirtual ? 'virtual' : conditions.deviceKind,
    runs: measurements.reduce((sum, { summary }) => sum + summary.n, 0),
    threads: conditions.threads,
    celsius: celsiusOf(measurements),
    latencyP5Ms: quantileMs(measurements, 'p5Ms', 0.05),
    latencyP95Ms: quantileMs(measurements, 'p95Ms', 0.95),
    sizeBytes: artifact.sizeBytes,
    artifactDigest: artifact.digest,
    trust: judgeTrust({
      latencyMs,
      interval,
      caveats,
      reusedFromJobId,
      ageMs,
      isElsewhere,
      isVirtual,
    }),
  };
}

function celsiusOf(measurements: MeasuredMember['measurements']): FrontPoint['celsius'] {
  const states = measurements.flatMap(({ conditions: { before, after } }) => [before, after]);
  const celsius = states.flatMap((state) => hottestCelsius(state) ?? []);
  return celsius.length === 0 ? null : [Math.min(...celsius), Math.max(...celsius)];
}

/** Over the single runs of all measurements; null where a tool does not give them. */
function quantileMs(
  measurements: MeasuredMember['measurements'],
  name: 'p5Ms' | 'p95Ms',
  fraction: number,
): number | null {
  if (measurements.length === 1) return measurements[0].summary[name];
  const samplesMs: number[] = [];
  for (const { timings } of measurements.flatMap(({ sessions }) => sessions)) {
    if (timings.kind !== 'samples') return null;
    samplesMs.push(...timings.samplesMs);
  }
  return quantile(ascendingOf(samplesMs), fraction);
}

/** Of several the first. */
function mostFrequent(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
