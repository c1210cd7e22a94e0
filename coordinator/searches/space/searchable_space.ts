import type { LowerBounds } from '../../../model/nasbench201/smallest';
import type { Restriction } from '../../../model/space/restrict';
import type { Position } from '../../../search/additive_accuracy';
import type { SearchSpace } from '../../../search/space';
import type { SearchSpec } from '../../../search/spec';

/** What may be proposed, as far as that shows without building it. */
export interface Admitted extends Restriction {
  readonly accuracyPercentMin?: number | undefined;
}

/** A network of a space, and what is known of it. */
export interface AccurateNetwork {
  readonly architecture: string;
  readonly accuracyPercent: number;
}

/** A space that can be searched, as `SearchCatalog` tells of it. */
export interface SearchableSpace {
  readonly space: SearchSpace;
  readonly positions: readonly Position[];
  readonly options: readonly string[];
  optionsOf(architecture: string): readonly string[];
  /** @throws BadInputError when the rules and what is forbidden leave nothing */
  within(spec: SearchSpec, admitted: Admitted): SearchSpace;
  hashesOf(spec: SearchSpec): (architecture: string) => string;
  problemOf(spec: SearchSpec): string | undefined;
  accuracyPercentOf(spec: SearchSpec): (architecture: string) => number;
  mostAccurate(spec: SearchSpec, restriction: Restriction): AccurateNetwork | undefined;
  lowerBounds(spec: SearchSpec, admitted: Admitted): LowerBounds;
}
