import { loadSpace } from '../../../../model/space/load_space';
import type { AdditiveAccuracy } from '../../../../coordinator/search/additive_accuracy';
import { parseSearchSpec, type SearchSpec } from '../../../../coordinator/search/spec';

/** Later options add more, and each position adds in another measure. */
export function accuracyFor(space: string): AdditiveAccuracy & { readonly kind: 'additive' } {
  const options = loadSpace(space).positions.map(({ name, values }, position) => [name, Object.fromEntries(values.map((value, index) => [String(value), (0.05 * index * (1 + (position % 3))) / values.length]))]);
  return { kind: 'additive', base: 70, options: Object.fromEntries(options) as AdditiveAccuracy['options'] };
}

export function specOf(space: string, fields: object = {}, target = 'sm8550/onnxruntime/npu/int8'): SearchSpec {
  return parseSearchSpec(JSON.stringify({ name: 'blocks', space, targets: [target], budget: { measurements: 9 }, accuracy: accuracyFor(space), ...fields }), 'spec.yaml');
}
