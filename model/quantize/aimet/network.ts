import { fail, ok, type Result } from '../../../common/result';
import type { Graph } from '../../onnx/graph';
import {
  activationEncoding,
  encodedRange,
  type ActivationType,
  type Encoding,
  type NetworkEncodings,
  type WeightEncoding,
} from '../encoding/encoding';
import type { PlacedWeight, Placement } from '../placement/placement';
import { quoted, type AimetEncoding, type AimetEncodings } from './aimet_encoding';

/** Operators whose output AIMET leaves without an encoding, since it has its input's (aimet_onnx, _is_grid_preserving_op). */
const gridPreservingKinds: ReadonlySet<string> = new Set([
  'MaxPool',
  'Flatten',
  'Reshape',
  'Transpose',
  'Squeeze',
  'Unsqueeze',
  'Identity',
  'Slice',
  'Split',
  'Gather',
  'Pad',
  'DepthToSpace',
  'SpaceToDepth',
  'Expand',
  'Tile',
]);

const weightBits = 8;
/** With all 256 steps, and with the 255 of AIMET's strict symmetry: zero stands in the middle of both. */
const leastByOffset: ReadonlyMap<number, -128 | -127> = new Map([
  [-128, -128],
  [-127, -127],
]);

/** A network's encodings in AIMET's terms, with the tensors that AIMET would give an encoding. */
export function toAimet(graph: Graph, { activations, weights }: NetworkEncodings): AimetEncodings {
  const makers = new Map(
    graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const isImplied = (tensor: string, encoding: Encoding): boolean => {
    const maker = makers.get(tensor);
    return (
      maker !== undefined &&
      gridPreservingKinds.has(maker.kind) &&
      isSame(activations.get(maker.inputs[0] ?? ''), encoding)
    );
  };
  return {
    activations: new Map(
      [...activations]
        .filter(([tensor, encoding]) => !isImplied(tensor, encoding))
        .map(([tensor, { elementType, scale, zeroPoint }]) => [
          tensor,
          {
            bits: bitsOf(elementType),
            isSymmetric: false,
            granularity: 'tensor',
            scales: [scale],
            offsets: [0 - zeroPoint],
          },
        ]),
    ),
    parameters: new Map(
      [...weights].map(([name, { axis, scales }]) => [
        name,
        {
          bits: weightBits,
          isSymmetric: true,
          granularity: axis === null ? 'tensor' : 'channel',
          scales: [...scales],
          offsets: Array.from(scales, () => -128),
        },
      ]),
    ),
    floats: [],
  };
}

function bitsOf(elementType: ActivationType): number {
  return elementType === 'uint8' ? 8 : 16;
}

function isSame(first: Encoding | undefined, second: Encoding): boolean {
  return first?.scale === second.scale && first.zeroPoint === second.zeroPoint;
}

/** What a file is applied to: a graph, its plan, and the encodings that statistics give it. */
export interface EncodingTarget {
  readonly graph: Graph;
  readonly placement: Placement;
  readonly encodings: NetworkEncodings;
  readonly activationType: ActivationType;
}

export interface AppliedEncodings {
  readonly encodings: NetworkEncodings;
  /** Names in the file that no quantized tensor has. */
  readonly unmatched: readonly string[];
  /** Quantized tensors that the file does not mention: they keep what the statistics say. */
  readonly missing: readonly string[];
  /** Tensors for which the device's rules fix another encoding than the file's. */
  readonly overruled: readonly string[];
}

/**
 * Puts the file's encodings in place of those from statistics. Tensors that must share an encoding get the hull of what
 * the file gives them. The error is one line that names the tensor.
 */
export function applyAimet(
  file: AimetEncodings,
  target: EncodingTarget,
): Result<AppliedEncodings, string> {
  const given = new Map([...file.activations, ...file.parameters]);
  const weights = appliedWeights(given, target);
  if (!weights.ok) return weights;
  const activations = appliedActivations(given, target);
  if (!activations.ok) return activations;
  const encodings = {
    ...target.encodings,
    activations: activations.value.encodings,
    weights: weights.value,
    convertedFactors: keptFactors(target, activations.value.covered),
  };
  const quantized = [...encodings.activations.keys(), ...encodings.weights.keys()];
  const isBias = (name: string): boolean =>
    given.get(name)?.bits === 32 && target.graph.initializers.has(name);
  const known = new Set(quantized);
  return ok({
    encodings,
    unmatched: [...given.keys(), ...file.floats].filter(
      (name) => !known.has(name) && !isBias(name),
    ),
    missing: quantized.filter((name) => !activations.value.covered.has(name) && !given.has(name)),
    overruled: activations.value.overruled,
  });
}

function appliedWeights(
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
  if (!scales.every(isFloat32))
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

/** What the file says of a tensor holds for the products by it as well. */
function keptFactors(
  { graph, encodings: { convertedFactors } }: EncodingTarget,
  covered: ReadonlySet<string>,
): NetworkEncodings['convertedFactors'] {
  const given = new Set(
    graph.nodes.filter((node) => covered.has(node.inputs[1] ?? '')).flatMap((node) => node.outputs),
  );
  return new Map([...convertedFactors].filter(([product]) => !given.has(product)));
}

/** Scales below the normal numbers would be flushed to zero by some kernels. */
function isFloat32(scale: number): boolean {
  return scale >= 2 ** -126 && Number.isFinite(Math.fround(scale));
}

interface AppliedActivations {
  readonly encodings: ReadonlyMap<string, Encoding>;
  /** Tensors whose group the file mentions. */
  readonly covered: ReadonlySet<string>;
  readonly overruled: readonly string[];
}

function appliedActivations(
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
    if (fixed !== undefined && !isSame(read.value, known)) overruled.push(name);
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
  const wanted = bitsOf(elementType);
  if (granularity === 'channel')
    return fail('the encoding is per channel; activations here have one scale per tensor');
  if (bits !== wanted)
    return fail(
      `the encoding has ${String(bits)} bits; activations here have ${String(wanted)} (precision ${wanted === 8 ? 'int8; w8a16 has 16' : 'w8a16; int8 has 8'})`,
    );
  if (!isFloat32(scale))
    return fail(
      `the encoding's scale ${String(scale)} is none that 32 bits can hold; expected a normal number`,
    );
  return ok({ elementType, scale: Math.fround(scale), zeroPoint: 0 - offset });
}

function hull(known: Encoding | undefined, added: Encoding): Encoding {
  if (known === undefined || isSame(known, added)) return added;
  const [first, second] = [encodedRange(known), encodedRange(added)];
  return activationEncoding(
    { min: Math.min(first.min, second.min), max: Math.max(first.max, second.max) },
    added.elementType,
  );
}
