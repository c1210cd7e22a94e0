import { Nsga2 } from './nsga2';
import { AsyncNsga2 } from './nsga2_async';
import { createRandomStrategy } from './random_strategy';
import type { SearchSpace } from './space';
import type { SearchSpec } from './spec';
import type { Strategy } from './strategy';

/** All targets of a search start from the same seed, so that their first proposals are the same and are built once. */
export function createStrategy(spec: SearchSpec['strategy'], space: SearchSpace): Strategy {
  switch (spec.kind) {
    case 'nsga2':
      return new Nsga2(space, spec);
    case 'nsga2-async':
      return new AsyncNsga2(space, spec);
    case 'random':
      return createRandomStrategy(space, spec.seed);
  }
}
