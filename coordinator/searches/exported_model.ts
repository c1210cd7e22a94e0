import type { Artifact } from '../../common/artifact';
import { FarmError } from '../../common/farm_error';
import type { SearchSpec } from '../../search/spec/search_spec';
import type { Study } from '../../search/study/state';
import { accuracyStatement, type AccuracyStatement } from './accuracy_statement';
import { builtArtifacts } from './built_artifacts';
import type { SearchCatalog } from './search_catalog';

/** A model of a search, with what its file does not say. */
export interface ExportedCandidate extends AccuracyStatement {
  readonly artifact: Artifact;
  readonly architecture: string;
  readonly hash: string;
  readonly accuracyPercent: number;
}

interface ExportSurroundings {
  readonly spec: SearchSpec;
  readonly catalog: Pick<SearchCatalog, 'space' | 'accuracy'>;
}

/** Undefined for an architecture that was not built. */
export function exportedModel(
  architecture: string,
  artifact: Artifact | undefined,
  { spec, catalog }: ExportSurroundings,
): ExportedCandidate | undefined {
  if (artifact === undefined) return undefined;
  const accuracy = catalog.accuracy(spec);
  return {
    artifact,
    architecture,
    hash: catalog.space(spec).hashOf(architecture),
    accuracyPercent: accuracy.accuracyOf(architecture).percent,
    ...accuracyStatement(spec, accuracy),
  };
}

/** The file of an architecture on a target, or the only one there is. @throws FarmError where there are several */
export function theBuiltArtifact(
  study: Study,
  architecture: string,
  target: string | undefined,
): Artifact | undefined {
  const built = builtArtifacts(study, architecture);
  if (target !== undefined) return built.get(target);
  const [first, ...others] = [...built.values()];
  if (others.some(({ digest }) => digest !== first?.digest))
    throw new FarmError(
      'invalid',
      `search ${study.settings.searchId} measured different files of ${architecture}; name one of its targets: ${[...built.keys()].join(', ')}`,
    );
  return first;
}
