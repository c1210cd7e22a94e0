import type { ArtifactDigest, ModelFormat } from '../../common/artifact';
import { BadInputError } from '../../common/bad_input';
import type { Precision } from '../../common/target';
import type { ArtifactStore } from '../../platform/artifacts/artifact_store';

/** Digests never change what they name; each costs a few bytes here, and reading a model costs its size. */
const mostKept = 10_000;

/** What a model file is, told from its bytes. */
export interface ModelKind {
  readonly format: ModelFormat;
  readonly precision: Precision;
}

/** What the store's models are, each read once, by `readKind`. The function throws BadInputError for what is no measurable model. */
export function createModelKinds(
  store: Pick<ArtifactStore, 'locate'>,
  readKind: (file: string) => Promise<ModelKind>,
): (digest: ArtifactDigest) => Promise<ModelKind> {
  const kept = new Map<ArtifactDigest, ModelKind>();
  return async (digest) => {
    const known = kept.get(digest);
    if (known !== undefined) return known;
    const file = await store.locate(digest);
    if (!file.ok)
      throw new BadInputError(`artifact ${digest} is not in the store; upload it first`);
    const kind = await readKind(file.value);
    if (kept.size >= mostKept) kept.clear();
    kept.set(digest, kind);
    return kind;
  };
}
