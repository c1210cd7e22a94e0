import { picksOf } from '../../search/front_pick';
import type { TargetProgressView } from './search_view';
import type { TargetLane } from './target_lane';

/** What is shown of one target: picks and sizes are of the front that `farm search front` lists, confirmations included. */
export function targetView(lane: TargetLane, isActive: boolean): TargetProgressView {
  const { members, uncertain } = lane.front;
  const { isHypervolumeSteady, hypervolume, ...progress } = lane.search.progress();
  const virtualByName = new Map(
    members.map(({ architecture, isVirtual }) => [architecture, isVirtual]),
  );
  return {
    target: lane.name,
    ...progress,
    ...lane.confirmation.progress(),
    // What is on its way when a search is stopped is given up.
    ...(isActive ? {} : { inFlight: 0, confirming: 0 }),
    hypervolume: isHypervolumeSteady || !isActive ? hypervolume : null,
    frontHypervolume: lane.search.hypervolumeOf(members),
    frontSize: members.length,
    uncertain: uncertain.length,
    virtualMeasurements: lane.findings.virtual,
    picks: picksOf(members).map(({ kind, architecture, accuracyPercent, latencyMs }) => ({
      ...{ kind, architecture, accuracyPercent, latencyMs },
      isVirtual: virtualByName.get(architecture) === true,
    })),
  };
}
