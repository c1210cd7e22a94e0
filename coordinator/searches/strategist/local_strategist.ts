import { assert } from '../../../common/assert';
import type { Strategy } from '../../../search/strategy';
import type { SearchCatalog } from '../search_catalog';
import { openStrategies, say, type StrategistTask } from './strategies';
import type { Strategist } from './strategist';

/** On the caller's own thread: for strategies that take less than a message to another would. */
export function createLocalStrategist(task: StrategistTask, catalog: SearchCatalog): Strategist {
  const strategies = openStrategies(task, catalog);
  const strategyOf = (target: string): Strategy => {
    const strategy = strategies.get(target);
    assert(strategy !== undefined, `${target} is a target of the search`);
    return strategy;
  };
  return {
    hear: (target, word) => say(strategyOf(target), word),
    ask: async (target) => Promise.resolve(strategyOf(target).ask()),
    expectationOf: (target, architecture) => strategyOf(target).expectationOf?.(architecture),
    close: () => undefined,
  };
}
