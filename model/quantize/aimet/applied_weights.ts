import { fail, ok, type Result } from '../../../common/result';
import type { WeightEncoding } from '../encoding/encoding';
import type { PlacedWeight } from '../placement/placement';
import { quoted, type AimetEncoding } from './aimet_encoding';
import type { EncodingTarget } from './encoding_target';
import { isFloat32Scale, weightBits } from './integer_bits';

/** With all 256 steps, and with the 255 of AIMET's strict symmetry: zero stands in the middle of both. */
const leastByOffset: ReadonlyMap<number, -128 | -127> = new Map([
  [-128, -128],
  [-127, -127],
]);

export function appliedWeights(
  given: ReadonlyMap<string, AimetEncoding>,
  { placement, encodings }: EncodingTarget,
): Result<ReadonlyMap<string, WeightEncoding>, string> {
  const weights = new Map(encodings.weights);
  for (const [name, weight] of placement.weights) {
    const encoding = given.get(name);
    if (encoding === undefined) continue;
    const read = weightEncoding(encoding, weight);
    if (!read.ok) return fail(`weight ${quoted(name)}: ${read.error}`);
    weights.set(name, read.value);
  }
  return ok(weights);
}

function weightEncoding(
  { bits, granularity, scales, offsets }: AimetEncoding,
  { tensor, axis }: PlacedWeight,
): Result<WeightEncoding, string> {
  if (bits !== weightBits)
    return fail(`the encoding has ${String(bits)} bits; weights here have ${String(weightBits)}`);
  const [first = 0] = offsets;
  const least = leastByOffset.get(first);
  if (least === undefined || offsets.some((offset) => offset !== first))
    return fail(
      `the encoding's offset is ${String(offsets.find((offset) => offset !== -128) ?? first)}; weights here are symmetric (offset -128)`,
    );
  if (!scales.every(isFloat32Scale))
    return fail('the encoding has a scale that 32 bits cannot hold; expected a normal number');
  if (granularity === 'tensor') return ok({ axis: null, scales: Float32Array.from(scales), least });
  if (axis === null)
    return fail(
      'the encoding is per channel; this weight has one scale (quantize with weights per channel)',
    );
  const channels = tensor.shape[axis] ?? 1;
  return channels === scales.length
    ? ok({ axis, scales: Float32Array.from(scales), least })
    : fail(
        `the encoding has ${String(scales.length)} channels; the weight has ${String(channels)}`,
      );
}
