import { artifactToWire } from '../../proto/codec/job';
import type { ExportResponse as WireExport } from '../../proto/generated/farm/v1/ExportResponse';
import type { FleetFrontPoints as WireFleetFront } from '../../proto/generated/farm/v1/FleetFrontPoints';
import type { Front as WireFront } from '../../proto/generated/farm/v1/Front';
import type { FrontPoint as WireFrontPoint } from '../../proto/generated/farm/v1/FrontPoint';
import type { ExportedCandidate } from '../searches/exported_model';
import type { FleetFrontView, FrontPoint, FrontView } from '../searches/search_view';

export function frontToWire({
  target,
  points,
  uncertain,
  hypervolume,
  statement,
}: FrontView): WireFront {
  return {
    target,
    points: points.map(pointToWire),
    uncertain: uncertain.map(pointToWire),
    hypervolume,
    ...statement,
  };
}

export function fleetFrontToWire({
  aim,
  targets,
  members,
  virtualTargets,
  statement,
}: FleetFrontView): WireFleetFront {
  const points = members.map(
    ({ architecture, hash, accuracyPercent, latenciesMs, objectives }) => ({
      ...{ architecture, hash, accuracy: accuracyPercent, latenciesMs: [...latenciesMs] },
      fleetLatencyMs: aim.kind === 'joint' ? 0 : (objectives[0] ?? 0),
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

export function exportToWire({
  artifact,
  accuracyPercent,
  ...same
}: ExportedCandidate): WireExport {
  return { ...same, artifact: artifactToWire(artifact), accuracy: accuracyPercent };
}

function pointToWire(point: FrontPoint): WireFrontPoint {
  const {
    accuracyPercent,
    latencyP5Ms,
    latencyP95Ms,
    interval,
    trust,
    caveats,
    reusedFromJobId,
    celsius,
    ...same
  } = point;
  return {
    ...same,
    accuracy: accuracyPercent,
    latencyMsP5: latencyP5Ms ?? 0,
    latencyMsP95: latencyP95Ms ?? 0,
    caveats: [...caveats],
    reusedFromJobId: reusedFromJobId ?? '',
    ...sessionsOf(interval),
    trust: trust.level,
    trustReasons: [...trust.reasons],
    celsiusLow: celsius?.[0] ?? 0,
    celsiusHigh: celsius?.[1] ?? 0,
  };
}

function sessionsOf(
  interval: FrontPoint['interval'],
): Pick<WireFrontPoint, 'sessions' | 'latencyMsLow' | 'latencyMsHigh'> {
  if (interval.kind === 'single-session') return { sessions: 1 };
  return {
    sessions: interval.sessions,
    latencyMsLow: interval.lowMs,
    latencyMsHigh: interval.highMs,
  };
}
