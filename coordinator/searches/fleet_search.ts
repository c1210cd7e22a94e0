import type { Ledger } from '../ledger/ledger';
import { FleetFront } from '../search/joint/fleet_front';
import { fleetLatencies, type FleetAim } from '../search/joint/fleet_latency';
import { fleetAimOf, type SearchSpec } from '../search/spec';
import type { Confirmed } from './confirmation';
import { latencyMsOf } from './latency_interval';
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
    return this.#lanes().every(({ search }) => search.isFinished) ? this.strategist.front.members : 'incomplete';
  }

  /** The front by all measurements of its members. What confirmation found to be dominated is not on it. */
  async view(ledger: Pick<Ledger, 'measurements'>): Promise<FleetFrontView> {
    const lanes = this.#lanes();
    const front = new FleetFront();
    for (const member of this.strategist.front.members) {
      const latenciesMs = await Promise.all(lanes.map(async (lane, index) => (await latencyMsOn(lane, member.architecture, ledger)) ?? member.latenciesMs[index] ?? Number.NaN));
      front.insert({ ...member, latenciesMs, objectives: [...fleetLatencies(this.#aim, latenciesMs), 100 - member.accuracyPercent] });
    }
    return { aim: this.#aim, targets: lanes.map(({ name }) => name), members: front.members };
  }
}

/** Undefined for a search whose targets search by themselves. `lanes` are not asked for at once. */
export function openFleetSearch(spec: SearchSpec, inner: Strategist, lanes: () => readonly TargetLane[]): FleetSearch | undefined {
  const aim = fleetAimOf(spec);
  if (aim === undefined) return undefined;
  const standingOf = (target: string): 'open' | 'full' | 'finished' => lanes().find(({ name }) => name === target)?.search.standing ?? 'open';
  return new FleetSearch(aim, new FleetStrategist({ inner, aim, targets: spec.targets.map(({ name }) => name), standingOf }), lanes);
}

/** Undefined while it was not measured again. */
async function latencyMsOn(lane: TargetLane, architecture: string, ledger: Pick<Ledger, 'measurements'>): Promise<number | undefined> {
  const again = lane.confirmation.jobIdsOf(architecture);
  if (again.length === 0) return undefined;
  const found = await ledger.measurements([lane.measuredJobIdOf(architecture), ...again]);
  return latencyMsOf([...found.values()]);
}
