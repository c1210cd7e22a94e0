import { dominates, type Point } from '../front/point';

/** An architecture that was measured on every target of a fleet. */
export interface FleetMember {
  readonly architecture: string;
  readonly accuracyPercent: number;
  /** In the order of the targets. */
  readonly latenciesMs: readonly number[];
  /** What is minimised: `fleetLatencies`, and the error in percent. */
  readonly objectives: Point;
}

/** The non-dominated among the members of a front over a fleet and one more; most accurate last. */
export function withFleetMember(
  members: readonly FleetMember[],
  member: FleetMember,
): readonly FleetMember[] {
  if (members.some((other) => dominates(other.objectives, member.objectives))) return members;
  const kept = members.filter((other) => !dominates(member.objectives, other.objectives));
  return [...kept, member].sort(
    (a, b) => a.accuracyPercent - b.accuracyPercent || (a.architecture < b.architecture ? -1 : 1),
  );
}
