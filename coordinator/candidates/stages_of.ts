import { assert } from '../../common/assert';
import type { Target } from '../../common/target';
import type { ModelStages } from './model_stages';
import type { Scheme } from './scheme';
import type { Stage } from './stage';

/** What a target needs, first to last: it follows from its runtime and precision. Searches are refused on targets of other precisions. */
export function stagesOf(
  { runtime, precision }: Pick<Target, 'runtime' | 'precision'>,
  stages: ModelStages,
): readonly Stage[] {
  assert(precision === 'int8' || precision === 'w8a16', 'a search is on quantized targets');
  if (runtime === 'onnxruntime') return [stages.float, stages.quantized(precision)];
  const scheme: Scheme = precision === 'w8a16' ? 'w8a16-symmetric' : precision;
  return [stages.float, stages.quantized(scheme), stages.tflite];
}
