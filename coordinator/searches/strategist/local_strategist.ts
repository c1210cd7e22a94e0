import { assert } from '../../../common/assert';
import type { Strategy } from '../../../search/strategy/strategy';
import type { SearchCatalog } from '../search_catalog';
import { updateStrategy } from '../../../search/strategy/strategy_update';
import { openStrategies } from './strategies';
import type { Strategist, StrategistTask } from './strategist';

/** On the caller's own thread: for strategies that take less than a message to another would. */
export function createLocalStrategist(task: StrategistTask, catalog: SearchCatalog): Strategist {
  const strategies = openStrategies(task, catalog);
  const strategyOf = (target: string): Strategy => {
    const strategy = strategies.get(target);
    assert(strategy !== undefined, `${target} is a target of the search`);
    return strategy;
  };
  return {
    update: (target, update) => updateStrategy(strategyOf(target), update),
    ask: async (target) => Promise.resolve(strategyOf(target).ask()),
    expectationOf: (target, architecture) => strategyOf(target).expectationOf?.(architecture),
    close: () => undefined,
  };
}
