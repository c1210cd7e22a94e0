import { spaceNameOf } from '../../model/space/space_reference';
import { picksOf } from '../../search/front/front_pick';
import { spentOf } from '../../search/study/budget_room';
import { confirmationProgress } from '../../search/study/confirming';
import type { Lane } from '../../search/study/lane';
import { laneFront } from '../../search/study/lane_front';
import { isOver, problemOf, stateOf } from '../../search/study/phase';
import { hasReference, hypervolumeOf } from '../../search/study/results';
import type { Study } from '../../search/study/state';
import { builtArtifacts } from './built_artifacts';
import { standingFleetFront } from './fleet_view';
import type { SearchView, TargetProgressView } from './search_view';

/** What is shown of a search. */
export function searchView(study: Study): SearchView {
  const { settings, phase, wall, lanes } = study;
  const { searchId, spec, createdAtMs } = settings;
  const { strategy, space, isBudgetShared, name } = spec;
  return {
    ...{ searchId, name, createdAtMs, isBudgetShared },
    space: spaceNameOf(space),
    state: stateOf(phase),
    strategy: strategy.kind,
    seed: 'seed' in strategy ? strategy.seed : 0,
    problem: problemOf(phase),
    wall,
    targets: lanes.map((lane) => targetView(study, lane)),
    frontModels: isOver(phase) ? frontModels(study) : [],
  };
}

/** Digests of the models on the fronts of the targets, and on that over all of them. */
function frontModels(study: Study): readonly string[] {
  const ofTargets = study.lanes
    .map(laneFront)
    .flatMap(({ members, uncertain }) => [...members, ...uncertain]);
  const architectures = [...ofTargets, ...standingFleetFront(study)].map(
    ({ architecture }) => architecture,
  );
  const digests = architectures.flatMap((architecture) =>
    [...builtArtifacts(study, architecture).values()].map(({ digest }) => digest),
  );
  return [...new Set(digests)];
}

/** Picks and sizes are of the front that `farm search front` lists, confirmations included. */
function targetView(study: Study, lane: Lane): TargetProgressView {
  const { members, uncertain } = laneFront(lane);
  const { results, budget, phoneMs, ended, pending, virtualMeasurements } = lane;
  const isActive = !isOver(study.phase);
  const virtualByName = new Map(
    members.map(({ architecture, isVirtual }) => [architecture, isVirtual]),
  );
  return {
    target: lane.target.name,
    ...{ budget, phoneMs, virtualMeasurements, ...ended },
    spent: spentOf(study, lane),
    inFlight: pending,
    ...confirmationProgress(study, lane),
    // What is on its way when a search is stopped is given up.
    ...(isActive ? {} : { inFlight: 0, confirming: 0 }),
    hypervolume: hasReference(results) || !isActive ? (results.hypervolumes.last() ?? 0) : null,
    frontHypervolume: hypervolumeOf(results, members),
    frontSize: members.length,
    uncertain: uncertain.length,
    picks: picksOf(members).map(({ kind, architecture, accuracyPercent, latencyMs }) => ({
      ...{ kind, architecture, accuracyPercent, latencyMs },
      isVirtual: virtualByName.get(architecture) === true,
    })),
  };
}
