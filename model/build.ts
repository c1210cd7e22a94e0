import { assert } from '../common/assert';
import { createTensorCache, type TensorCache } from './block/tensor_cache';
import { inspectModel, type ModelSummary } from './inspect/inspect';
import type { Graph } from './onnx/graph';
import { writeOnnx } from './onnx/write';
import type { CalibrationData } from './quantize/ranges/calibration_data';
import { quantizeGraph } from './quantize/quantize';
import { createSpace, withCellsPerStage } from './space/create_space';
import { documentOf } from './space/load_space';
import { spaceNameOf, type SpaceReference } from './space/space_reference';

/** What to build: an architecture as its search space writes it, weights from `seed`. */
interface CandidateSpec {
  readonly space: SpaceReference;
  readonly architecture: string;
  readonly seed: number | string;
  readonly calibration: CalibrationData;
  /** As many cells to a stage instead of the space's own number, where it has cells. */
  readonly cellsPerStage?: number | undefined;
}

/** An int8 ONNX file with float32 input `image` and output `logits`. */
interface BuiltCandidate {
  readonly int8: Uint8Array;
  readonly summary: ModelSummary;
  /** As trained, as the space counts them. */
  readonly parameters: number;
}

/** Builds and quantizes one candidate. Equal specs give equal bytes, whatever `weights` keeps of earlier ones. @throws BadInputError for an architecture that cannot be built */
export async function buildCandidate(
  spec: CandidateSpec,
  weights: TensorCache = createTensorCache(0),
): Promise<BuiltCandidate> {
  const { graph, parameters } = buildNetwork(spec, weights);
  const int8 = writeOnnx(await quantizeGraph(graph, spec.calibration), {
    weights: `drawn, seed ${spec.seed}`,
  });
  const summary = inspectModel(int8);
  assert(summary.ok, 'a model built here passes inspection');
  return { int8, summary: summary.value, parameters };
}

interface FloatNetwork {
  /** Canonical. */
  readonly graph: Graph;
  readonly parameters: number;
}

/** As `buildCandidate`, before it is quantized. @throws BadInputError for an architecture that cannot be built */
export function buildNetwork(
  { space: reference, architecture, seed, cellsPerStage }: Omit<CandidateSpec, 'calibration'>,
  weights: TensorCache,
): FloatNetwork {
  const space = createSpace(
    withCellsPerStage(documentOf(reference), cellsPerStage),
    spaceNameOf(reference),
  );
  return {
    graph: space.build(architecture, { seed, cache: weights }),
    parameters: space.costOf(architecture).parameters,
  };
}
