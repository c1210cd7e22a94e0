import type { ArtifactDigest } from '../../common/artifact';
import type { BlockSpec } from '../../common/block_spec';

/** What the library says of one block option. */
export interface LibraryOption {
  readonly nsr: number;
  readonly quantizedNsr: number;
  readonly macs: number;
  readonly parameters: number;
  readonly weights: ArtifactDigest;
  readonly spec: BlockSpec;
}
