import { withFleetMember, type FleetMember } from '../../search/joint/fleet_front';
import { fleetLatencies } from '../../search/spec/fleet_aim';
import { fleetAimOf } from '../../search/spec/search_spec';
import { areUncertain, latencyMsOf } from '../../search/study/finding';
import { findingsOf } from '../../search/study/lane';
import type { Study } from '../../search/study/state';
import type { AccuracyStatement } from './accuracy_statement';
import type { FleetFrontView } from './search_view';

/** The front over all targets by all measurements of its members; empty where each target has its own. What confirmation found to be dominated, or is uncertain on a target, is not on it. */
export function standingFleetFront({ settings, fleet, lanes }: Study): readonly FleetMember[] {
  const aim = fleetAimOf(settings.spec);
  if (fleet === null || aim === undefined) return [];
  let front: readonly FleetMember[] = [];
  for (const member of fleet.front) {
    const findings = lanes.map((lane) => findingsOf(lane, member.architecture));
    if (findings.some(areUncertain)) continue;
    const latenciesMs = findings.map(([first, ...others], index) =>
      first === undefined
        ? (member.latenciesMs[index] ?? Number.NaN)
        : latencyMsOf([first, ...others]),
    );
    const objectives = [...fleetLatencies(aim, latenciesMs), 100 - member.accuracyPercent];
    front = withFleetMember(front, { ...member, latenciesMs, objectives });
  }
  return front;
}

/** What is shown of the front over all targets; undefined where each target has its own. */
export function fleetFrontView(
  study: Study,
  hashOf: (architecture: string) => string,
  statement: AccuracyStatement,
): FleetFrontView | undefined {
  const { settings, lanes } = study;
  const aim = fleetAimOf(settings.spec);
  if (aim === undefined) return undefined;
  return {
    aim,
    targets: lanes.map(({ target }) => target.name),
    members: standingFleetFront(study).map((member) => ({
      ...member,
      hash: hashOf(member.architecture),
    })),
    virtualTargets: lanes
      .filter(({ virtualMeasurements }) => virtualMeasurements > 0)
      .map(({ target }) => target.name),
    statement,
  };
}
