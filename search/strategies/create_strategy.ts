import type { Space } from '../../model/space/space';
import { Nsga2 } from '../nsga2/nsga2';
import { AsyncNsga2 } from '../nsga2/nsga2_async';
import type { PastTarget } from '../strategy/past_target';
import { createRandomStrategy } from './random_strategy';
import type { SearchSpec } from '../spec/search_spec';
import type { Strategy } from '../strategy/strategy';
import { Surrogate } from '../surrogate/surrogate';
import type { Teacher } from '../surrogate/teacher';

/** What a strategy may know of its task before anything is measured. */
interface StrategyTask {
  readonly space: Space;
  readonly errorPercentOf: (architecture: string) => number;
  readonly latencyMsMax: number | undefined;
  /** Targets of earlier searches, for strategies that learn from them. */
  readonly past?: readonly PastTarget[];
}

/** What a search may be driven by, other than an outside searcher. */
export type OwnStrategySpec = Exclude<SearchSpec['strategy'], { readonly kind: 'external' }>;

/**
 * A strategy for each target of one search. Surrogates learn from each other. All start from the same seed, so that
 * their first proposals are the same and are built once.
 */
export function createStrategies(
  spec: OwnStrategySpec,
  tasks: readonly StrategyTask[],
): readonly Strategy[] {
  if (spec.kind !== 'surrogate') return tasks.map((task) => createStrategy(spec, task));
  const surrogates: Surrogate[] = tasks.map((task, index) => {
    const otherTargets = (): Teacher[] =>
      surrogates.flatMap(({ teacher }, other) =>
        other === index || teacher === undefined ? [] : [teacher],
      );
    return new Surrogate(task.space, { seed: spec.seed, ...task, otherTargets });
  });
  return surrogates;
}

export function createStrategy(spec: OwnStrategySpec, task: StrategyTask): Strategy {
  switch (spec.kind) {
    case 'surrogate':
      return new Surrogate(task.space, { seed: spec.seed, ...task });
    case 'nsga2':
      return new Nsga2(task.space, spec);
    case 'nsga2-async':
      return new AsyncNsga2(task.space, spec);
    case 'random':
      return createRandomStrategy(task.space, spec.seed);
  }
}
