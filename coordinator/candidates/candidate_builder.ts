import type { Artifact, ArtifactDigest } from '../../common/artifact';
import type { Clock } from '../../platform/time/clock';
import { fail, ok, type Result } from '../../common/result';
import type { ArtifactRecords } from '../ledger/artifact_records';
import type { ArtifactStore } from '../dispatch/artifact_store';
import type { BuildRequest, BuildResult } from './build_request';
import type { BuildFailure, CandidatePreparation, PreparedModel } from './candidate_preparation';

interface CandidateBuilderParts {
  readonly pool: { build(request: BuildRequest): Promise<BuildResult> };
  readonly store: Pick<ArtifactStore, 'sizeBytes'> & {
    write(
      data: Uint8Array,
    ): Promise<{ readonly digest: ArtifactDigest; readonly sizeBytes: number }>;
  };
  readonly artifacts: Pick<ArtifactRecords, 'save'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** More than a space of cells has; some 300 bytes each. */
const mostRemembered = 50_000;

/** Builds each architecture once, however many targets and searches ask for it, and whether at once or later. */
export function createCandidateBuilder(parts: CandidateBuilderParts): CandidatePreparation {
  const known = new Map<string, Promise<Result<PreparedModel, BuildFailure>>>();
  return {
    prepare: async ({ space, architecture, model }) => {
      const request = { space, architecture, ...model };
      const key = keyOf(request);
      const remembered = known.get(key);
      if (
        remembered !== undefined &&
        (await isDropped(parts, remembered)) &&
        known.get(key) === remembered
      )
        known.delete(key);
      const building = known.get(key) ?? buildAndStore(parts, request);
      known.set(key, building);
      forgetOldest(known);
      let isBuilt = false;
      try {
        const built = await building;
        isBuilt = built.ok;
        return built;
      } finally {
        // What failed once may succeed on a machine that is less busy.
        if (!isBuilt && known.get(key) === building) known.delete(key);
      }
    },
  };
}

/** A model that nobody needed may have been dropped since. */
async function isDropped(
  { store }: CandidateBuilderParts,
  remembered: Promise<Result<PreparedModel, BuildFailure>>,
): Promise<boolean> {
  const built = await remembered.catch(() => undefined);
  return built?.ok === true && (await store.sizeBytes(built.value.artifact.digest)) === undefined;
}

async function buildAndStore(
  parts: CandidateBuilderParts,
  request: BuildRequest,
): Promise<Result<PreparedModel, BuildFailure>> {
  const output = await parts.pool.build(request);
  if (!output.ok) return fail(output.error);
  const { model, ...costs } = output.value;
  const artifact: Artifact = { ...(await parts.store.write(model)), format: 'onnx' };
  await parts.artifacts.save(artifact, parts.clock.nowMs());
  return ok({ artifact, costs });
}

function keyOf(request: BuildRequest): string {
  return JSON.stringify([request.space, request.architecture, request.cellsPerStage, request.seed]);
}

function forgetOldest(known: Map<string, unknown>): void {
  const oldest = known.keys().next();
  if (known.size > mostRemembered && oldest.done !== true) known.delete(oldest.value);
}
