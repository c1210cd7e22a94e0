import { assert } from '../common/assert';
import { createTensorCache, type TensorCache } from './block/tensor_cache';
import { inspectModel, type ModelSummary } from './inspect/inspect';
import { parseCell } from './nasbench201/cell';
import { cifarShape, createNetwork } from './nasbench201/network';
import { parameterCount } from './nasbench201/parameters';
import { writeOnnx } from './onnx/write';
import type { CalibrationData } from './quantize/ranges/calibration_data';
import { foldBatchNorm } from './canonical/passes/fold_batch_norm';
import { quantizeGraph } from './quantize/quantize';
import type { Graph } from './onnx/graph';
import { createBlockSpace } from './space/block_space';
import { shippedBlockDocument } from './space/load_space';

/** What to build: an architecture as its search space writes it, weights from `seed`. */
interface CandidateSpec {
  /** One that comes with the program. */
  readonly space: string;
  readonly architecture: string;
  readonly seed: number | string;
  readonly calibration: CalibrationData;
  /** N of NAS-Bench-201's paper; the benchmark's own, 5, when it is not given. */
  readonly cellsPerStage?: number | undefined;
}

/** An int8 ONNX file with float32 input `image` and output `logits`. */
interface BuiltCandidate {
  readonly int8: Uint8Array;
  readonly summary: ModelSummary;
  /** Of NAS-Bench-201 weights and biases, normalizations folded in; of other spaces as trained, as the space counts them. */
  readonly parameters: number;
}

/** Builds and quantizes one candidate. Equal specs give equal bytes, whatever `weights` keeps of earlier ones. @throws BadInputError for an architecture that cannot be built */
export async function buildCandidate(
  spec: CandidateSpec,
  weights: TensorCache = createTensorCache(0),
): Promise<BuiltCandidate> {
  const { network, parameters } =
    spec.space === 'nasbench201' ? cellNetwork(spec) : blockNetwork(spec, weights);
  const int8 = writeOnnx(await quantizeGraph(network, spec.calibration), {
    weights: `drawn, seed ${spec.seed}`,
  });
  const summary = inspectModel(int8);
  assert(summary.ok, 'a model built here passes inspection');
  return { int8, summary: summary.value, parameters };
}

interface FloatNetwork {
  readonly network: Graph;
  readonly parameters: number;
}

function cellNetwork({
  architecture,
  seed,
  cellsPerStage = cifarShape.cellsPerStage,
}: CandidateSpec): FloatNetwork {
  const network = foldBatchNorm(
    createNetwork(parseCell(architecture), seed, { ...cifarShape, cellsPerStage }),
  );
  return { network, parameters: parameterCount(network) };
}

function blockNetwork(
  { space: name, architecture, seed }: CandidateSpec,
  weights: TensorCache,
): FloatNetwork {
  const space = createBlockSpace(shippedBlockDocument(name), name);
  return {
    network: space.build(architecture, { seed, cache: weights }),
    parameters: space.costOf(architecture).parameters,
  };
}
