import type { Artifact } from '../../common/artifact';
import { artifactOf } from '../../common/trial';
import type { Study } from '../../search/study/state';

/** The model of an architecture, if the search built it for any target. */
export function builtArtifact({ lanes }: Study, architecture: string): Artifact | undefined {
  for (const { trials } of lanes) {
    const trial = trials.get(architecture);
    const artifact = trial === undefined ? null : artifactOf(trial);
    if (artifact !== null) return artifact;
  }
  return undefined;
}
