import { fail, ok, type Result } from '../../../common/result';
import {
  activationEncoding,
  encodedRange,
  haveOneGrid,
  type ActivationType,
  type Encoding,
} from '../encoding/encoding';
import { quoted, type AimetEncoding } from './aimet_encoding';
import type { EncodingTarget } from './encoding_target';
import { activationBits, isFloat32Scale } from './integer_bits';

interface AppliedActivations {
  readonly encodings: ReadonlyMap<string, Encoding>;
  /** Tensors whose group the file mentions. */
  readonly covered: ReadonlySet<string>;
  readonly overruled: readonly string[];
}

export function appliedActivations(
  given: ReadonlyMap<string, AimetEncoding>,
  { placement, encodings, activationType }: EncodingTarget,
): Result<AppliedActivations, string> {
  const groups = new Map<string, Encoding>();
  const overruled: string[] = [];
  for (const [name, known] of encodings.activations) {
    const encoding = given.get(name);
    if (encoding === undefined) continue;
    const read = activationOf(encoding, activationType);
    if (!read.ok) return fail(`tensor ${quoted(name)}: ${read.error}`);
    const group = placement.groups.of(name);
    const fixed = placement.groups.fixed(name);
    if (fixed !== undefined && !haveOneGrid(read.value, known)) overruled.push(name);
    groups.set(group, fixed ?? hull(groups.get(group), read.value));
  }
  const covered = new Set(
    [...encodings.activations.keys()].filter((name) => groups.has(placement.groups.of(name))),
  );
  return ok({
    encodings: new Map(
      [...encodings.activations].map(([name, known]) => [
        name,
        groups.get(placement.groups.of(name)) ?? known,
      ]),
    ),
    covered,
    overruled,
  });
}

function activationOf(
  { bits, granularity, scales: [scale = 0], offsets: [offset = 0] }: AimetEncoding,
  elementType: ActivationType,
): Result<Encoding, string> {
  const wanted = activationBits(elementType);
  if (granularity === 'channel')
    return fail('the encoding is per channel; activations here have one scale per tensor');
  if (bits !== wanted)
    return fail(
      `the encoding has ${String(bits)} bits; activations here have ${String(wanted)} (precision ${wanted === 8 ? 'int8; w8a16 has 16' : 'w8a16; int8 has 8'})`,
    );
  if (!isFloat32Scale(scale))
    return fail(
      `the encoding's scale ${String(scale)} is none that 32 bits can hold; expected a normal number`,
    );
  return ok({ elementType, scale: Math.fround(scale), zeroPoint: 0 - offset });
}

function hull(known: Encoding | undefined, added: Encoding): Encoding {
  if (known === undefined || haveOneGrid(known, added)) return added;
  const [first, second] = [encodedRange(known), encodedRange(added)];
  return activationEncoding(
    { min: Math.min(first.min, second.min), max: Math.max(first.max, second.max) },
    added.elementType,
  );
}
