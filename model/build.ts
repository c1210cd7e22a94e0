import { assert } from '../common/assert';
import { inspectModel, type ModelSummary } from './inspect';
import { parseCell } from './nasbench201/cell';
import { cifarShape, createNetwork } from './nasbench201/network';
import { parameterCount } from './nasbench201/parameters';
import { writeOnnx } from './onnx/write';
import type { CalibrationData } from './quantize/calibration_data';
import { foldBatchNorm } from './canonical/fold_batch_norm';
import { quantizeGraph } from './quantize/quantize';

/** What to build: an architecture as its search space writes it, weights from `seed`. */
export interface CandidateSpec {
  readonly space: 'nasbench201';
  readonly architecture: string;
  readonly seed: number | string;
  readonly calibration: CalibrationData;
  /** N of the paper; the benchmark's own, 5, when it is not given. */
  readonly cellsPerStage?: number;
}

/** An int8 ONNX file with float32 input `image` and output `logits`. */
export interface BuiltCandidate {
  readonly int8: Uint8Array;
  readonly summary: ModelSummary;
  /** Weights and biases, normalizations folded in. */
  readonly parameters: number;
}

/** Builds and quantizes one candidate. Equal specs give equal bytes. @throws BadInputError for an architecture that cannot be built */
export async function buildCandidate(spec: CandidateSpec): Promise<BuiltCandidate> {
  const shape = { ...cifarShape, cellsPerStage: spec.cellsPerStage ?? cifarShape.cellsPerStage };
  const network = foldBatchNorm(createNetwork(parseCell(spec.architecture), spec.seed, shape));
  const int8 = writeOnnx(await quantizeGraph(network, spec.calibration));
  const summary = inspectModel(int8);
  assert(summary.ok, 'a model built here passes inspection');
  return { int8, summary: summary.value, parameters: parameterCount(network) };
}
