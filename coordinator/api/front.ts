import type {
  ExportedModelFacts,
  ListedFleetFront,
  ListedFront,
  ListedPoint,
} from '../../proto/codec/front';
import type { ExportedCandidate } from '../searches/exported_model';
import type { FleetFrontView, FrontPoint, FrontView } from '../searches/search_view';

export function listedFront({
  target,
  points,
  uncertain,
  hypervolume,
  statement,
}: FrontView): ListedFront {
  return {
    target,
    points: points.map(listedPoint),
    uncertain: uncertain.map(listedPoint),
    hypervolume,
    ...statement,
  };
}

export function listedFleetFront({
  aim,
  targets,
  members,
  virtualTargets,
  statement,
}: FleetFrontView): ListedFleetFront {
  const points = members.map(
    ({ architecture, hash, accuracyPercent, latenciesMs, objectives }) => ({
      ...{ architecture, hash, accuracy: accuracyPercent, latenciesMs: [...latenciesMs] },
      fleetLatencyMs: aim.kind === 'joint' ? null : (objectives[0] ?? null),
    }),
  );
  return {
    kind: aim.kind,
    targets: [...targets],
    points,
    virtualTargets: [...virtualTargets],
    ...statement,
  };
}

export function exportedFacts({ accuracyPercent, ...same }: ExportedCandidate): ExportedModelFacts {
  return { ...same, accuracy: accuracyPercent };
}

function listedPoint(point: FrontPoint): ListedPoint {
  const { accuracyPercent, latencyP5Ms, latencyP95Ms, interval, trust, caveats, celsius, ...same } =
    point;
  return {
    ...same,
    accuracy: accuracyPercent,
    latencyMsP5: latencyP5Ms,
    latencyMsP95: latencyP95Ms,
    caveats: [...caveats],
    ...sessionsOf(interval),
    trust: trust.level,
    trustReasons: [...trust.reasons],
    celsiusLow: celsius?.[0] ?? null,
    celsiusHigh: celsius?.[1] ?? null,
  };
}

function sessionsOf(
  interval: FrontPoint['interval'],
): Pick<ListedPoint, 'sessions' | 'latencyMsLow' | 'latencyMsHigh'> {
  if (interval.kind === 'single-session')
    return { sessions: 1, latencyMsLow: null, latencyMsHigh: null };
  return {
    sessions: interval.sessions,
    latencyMsLow: interval.lowMs,
    latencyMsHigh: interval.highMs,
  };
}
