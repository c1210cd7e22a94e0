import { assert } from '../../../common/assert';
import { createStrategies, createStrategy } from '../../../search/strategies/create_strategy';
import { fleetAimOf } from '../../../search/spec/search_spec';
import type { Strategy } from '../../../search/strategy/strategy';
import { admittedSpace, constraintsOfAll } from '../feasibility';
import type { SearchCatalog } from '../search_catalog';
import { wholeFleet } from '../../../search/study/fleet';
import type { StrategistTask } from './strategist';

/** A strategy for each target of the search, by the target's name. */
export function openStrategies(
  { spec, past }: StrategistTask,
  catalog: SearchCatalog,
): ReadonlyMap<string, Strategy> {
  const { strategy } = spec;
  assert(strategy.kind !== 'external', 'an outside searcher is no strategy of ours');
  const accuracy = catalog.accuracy(spec);
  const errorPercentOf = (architecture: string): number =>
    100 - accuracy.accuracyOf(architecture).percent;
  if (fleetAimOf(spec) !== undefined) {
    const constraints = constraintsOfAll(spec);
    return new Map([
      [
        wholeFleet,
        createStrategy(strategy, {
          space: admittedSpace(
            spec,
            { targets: spec.targets.map(({ target }) => target), constraints },
            catalog,
          ),
          errorPercentOf,
          latencyMsMax: undefined,
        }),
      ],
    ]);
  }
  const tasks = spec.targets.map(({ target, constraints }) => ({
    space: admittedSpace(spec, { targets: [target], constraints }, catalog),
    errorPercentOf,
    latencyMsMax: constraints.latencyMsMax,
    past,
  }));
  const strategies = createStrategies(strategy, tasks);
  return new Map(strategies.map((each, index) => [spec.targets[index]?.name ?? '', each]));
}
