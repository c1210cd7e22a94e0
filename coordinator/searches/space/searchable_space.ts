import type { LowerBounds } from '../../../model/nasbench201/smallest';
import type { Restriction } from '../../../model/space/restrict';
import type { Position } from '../../search/additive_accuracy';
import type { SearchSpace } from '../../search/space';
import type { SearchSpec } from '../../search/spec';

/** A space that can be searched, as `SearchCatalog` tells of it. */
export interface SearchableSpace {
  readonly space: SearchSpace;
  readonly positions: readonly Position[];
  readonly options: readonly string[];
  optionsOf(architecture: string): readonly string[];
  /** @throws BadInputError when nothing is left */
  within(restriction: Restriction): SearchSpace;
  problemOf(spec: SearchSpec): string | undefined;
  accuracyPercentOf(spec: SearchSpec): (architecture: string) => number;
  mostAccuracyPercent(spec: SearchSpec, forbidden: readonly string[]): number;
  lowerBounds(spec: SearchSpec): LowerBounds;
}
