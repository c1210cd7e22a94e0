import { FleetFront } from '../../search/joint/fleet_front';
import { fleetLatencies, type FleetAim } from '../../search/joint/fleet_latency';
import { fleetAimOf, type SearchSpec } from '../../search/spec';
import type { AccuracyStatement } from './accuracy_statement';
import type { Confirmed } from './confirmation';
import { areUncertain, latencyMsOf } from './finding';
import type { FleetFrontView } from './search_view';
import { FleetStrategist } from './strategist/fleet_strategist';
import type { Strategist } from './strategist/strategist';
import type { TargetLane } from './target_lane';

/** What a search for one front over all its targets has beside their lanes. */
export class FleetSearch {
  readonly strategist: FleetStrategist;
  readonly #aim: FleetAim;
  readonly #lanes: () => readonly TargetLane[];

  constructor(aim: FleetAim, strategist: FleetStrategist, lanes: () => readonly TargetLane[]) {
    this.#aim = aim;
    this.strategist = strategist;
    this.#lanes = lanes;
  }

  /** What every target is to measure again: the front, once all have searched. */
  toConfirm(): readonly Confirmed[] | 'incomplete' {
    return this.#lanes().every(({ search }) => search.isFinished)
      ? this.strategist.front.members
      : 'incomplete';
  }

  /** The front by all measurements of its members. What confirmation found to be dominated, or is uncertain on a target, is not on it. */
  view(hashOf: (architecture: string) => string, statement: AccuracyStatement): FleetFrontView {
    const lanes = this.#lanes();
    const front = new FleetFront();
    for (const member of this.strategist.front.members) {
      const findings = lanes.map(({ findings }) => findings.of(member.architecture));
      if (findings.some(areUncertain)) continue;
      const latenciesMs = findings.map(([first, ...others], index) =>
        first === undefined
          ? (member.latenciesMs[index] ?? Number.NaN)
          : latencyMsOf([first, ...others]),
      );
      front.insert({
        ...member,
        latenciesMs,
        objectives: [...fleetLatencies(this.#aim, latenciesMs), 100 - member.accuracyPercent],
      });
    }
    return {
      aim: this.#aim,
      targets: lanes.map(({ name }) => name),
      members: front.members.map((member) => ({ ...member, hash: hashOf(member.architecture) })),
      virtualTargets: lanes.filter(({ findings }) => findings.virtual > 0).map(({ name }) => name),
      statement,
    };
  }
}

/** Undefined for a search whose targets search by themselves. `lanes` are not asked for at once. */
export function openFleetSearch(
  spec: SearchSpec,
  inner: Strategist,
  lanes: () => readonly TargetLane[],
): FleetSearch | undefined {
  const aim = fleetAimOf(spec);
  if (aim === undefined) return undefined;
  const standingOf = (target: string): 'open' | 'full' | 'finished' =>
    lanes().find(({ name }) => name === target)?.search.standing ?? 'open';
  return new FleetSearch(
    aim,
    new FleetStrategist({ inner, aim, targets: spec.targets.map(({ name }) => name), standingOf }),
    lanes,
  );
}
