import type { Artifact } from '../../common/artifact';
import { artifactOf } from '../../common/trial';
import type { Study } from '../../search/study/state';

/** What the search built of an architecture, by target: targets of different runtimes have different files of it. */
export function builtArtifacts(
  { lanes }: Study,
  architecture: string,
): ReadonlyMap<string, Artifact> {
  const built = new Map<string, Artifact>();
  for (const { target, trials } of lanes) {
    const trial = trials.get(architecture);
    const artifact = trial === undefined ? null : artifactOf(trial);
    if (artifact !== null) built.set(target.name, artifact);
  }
  return built;
}
