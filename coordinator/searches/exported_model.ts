import type { Artifact } from '../../common/artifact';
import type { SearchSpec } from '../../search/spec/search_spec';
import { accuracyStatement, type AccuracyStatement } from './accuracy_statement';
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
