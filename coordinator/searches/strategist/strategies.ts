import { assert } from '../../../common/assert';
import { createStrategy } from '../../search/create_strategy';
import type { SearchSpec } from '../../search/spec';
import type { Strategy } from '../../search/strategy';
import { admittedSpace } from '../feasibility';
import type { SearchCatalog } from '../search_catalog';
import type { Word } from './strategist';

/** A strategy for each target of the search, by the target's name. */
export function createStrategies(spec: SearchSpec, catalog: SearchCatalog): ReadonlyMap<string, Strategy> {
  const { strategy } = spec;
  assert(strategy.kind !== 'external', 'an outside searcher is no strategy of ours');
  const accuracyPercentOf = catalog.accuracyPercentOf(spec);
  return new Map(
    spec.targets.map(({ name, constraints }) => {
      const space = admittedSpace(spec, constraints, catalog);
      return [name, createStrategy(strategy, { space, errorPercentOf: (architecture) => 100 - accuracyPercentOf(architecture), latencyMsMax: constraints.latencyMsMax })];
    }),
  );
}

export function say(strategy: Strategy, word: Word): void {
  if (word.kind === 'adopt') strategy.adopt(word.proposal);
  else if (word.kind === 'tell') strategy.tell(word.architecture, word.evaluation);
  else strategy.withdraw(word.architecture);
}
