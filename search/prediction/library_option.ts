import type { ArtifactDigest } from '../../common/artifact';
import type { BlockSpec } from '../../common/block_spec';

/** What a prediction is made from. */
export interface OptionQuality {
  /** Noise-to-signal ratio on validation images, float and int8. */
  readonly nsr: number;
  readonly quantizedNsr: number;
  readonly macs: number;
}

/** What the library says of one block option. */
export interface LibraryOption extends OptionQuality {
  readonly parameters: number;
  readonly weights: ArtifactDigest;
  readonly spec: BlockSpec;
}
