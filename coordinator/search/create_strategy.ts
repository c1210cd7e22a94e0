import { Nsga2 } from './nsga2';
import { AsyncNsga2 } from './nsga2_async';
import { createRandomStrategy } from './random_strategy';
import type { SearchSpace } from './space';
import type { SearchSpec } from './spec';
import type { Strategy } from './strategy';
import { Surrogate } from './surrogate/surrogate';

/** What a strategy may know of its task before anything is measured. */
export interface StrategyTask {
  readonly space: SearchSpace;
  readonly errorPercentOf: (architecture: string) => number;
  readonly latencyMsMax: number | undefined;
}

/** What a search may be driven by, other than an outside searcher. */
export type OwnStrategySpec = Exclude<SearchSpec['strategy'], { readonly kind: 'external' }>;

/** All targets of a search start from the same seed, so that their first proposals are the same and are built once. */
export function createStrategy(spec: OwnStrategySpec, task: StrategyTask): Strategy {
  switch (spec.kind) {
    case 'surrogate':
      return new Surrogate(task.space, { seed: spec.seed, errorPercentOf: task.errorPercentOf, latencyMsMax: task.latencyMsMax });
    case 'nsga2':
      return new Nsga2(task.space, spec);
    case 'nsga2-async':
      return new AsyncNsga2(task.space, spec);
    case 'random':
      return createRandomStrategy(task.space, spec.seed);
  }
}
