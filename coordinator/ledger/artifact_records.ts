import type { Artifact } from '../../common/artifact';

/** The models that anybody ever gave to the farm, by digest; their bytes are elsewhere. */
export interface ArtifactRecords {
  save(artifact: Artifact, createdAtMs: number): Promise<void>;
  find(digest: string): Promise<Artifact | undefined>;
}
