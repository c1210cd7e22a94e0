import { dominates, type Point } from '../point';

/** An architecture that was measured on every target of a fleet. */
export interface FleetMember {
  readonly architecture: string;
  readonly accuracyPercent: number;
  /** In the order of the targets. */
  readonly latenciesMs: readonly number[];
  /** What is minimised: `fleetLatencies`, and the error in percent. */
  readonly objectives: Point;
}

/** The non-dominated set over a fleet while measurements arrive, most accurate last. */
export class FleetFront {
  #members: FleetMember[] = [];

  get members(): readonly FleetMember[] {
    return this.#members;
  }

  insert(member: FleetMember): void {
    if (this.#members.some((other) => dominates(other.objectives, member.objectives))) return;
    const kept = this.#members.filter((other) => !dominates(member.objectives, other.objectives));
    this.#members = [...kept, member].sort(
      (a, b) => a.accuracyPercent - b.accuracyPercent || (a.architecture < b.architecture ? -1 : 1),
    );
  }
}
