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
  // The reading itself is kept, so that hundreds who ask at once for one model wait for one reading.
  const kept = new Map<ArtifactDigest, Promise<ModelKind>>();
  const read = async (digest: ArtifactDigest): Promise<ModelKind> => {
    const file = await store.locate(digest);
    if (!file.ok)
      throw new BadInputError(`artifact ${digest} is not in the store; upload it first`);
    return readKind(file.value);
  };
  return (digest) => {
    const known = kept.get(digest);
    if (known !== undefined) return known;
    if (kept.size >= mostKept) kept.clear();
    const reading = read(digest);
    kept.set(digest, reading);
    // What failed may succeed later: it may be uploaded, or the reader was busy.
    reading.catch(() => {
      if (kept.get(digest) === reading) kept.delete(digest);
    });
    return reading;
  };
}
