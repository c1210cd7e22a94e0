import { intsAttribute, type TensorType } from '../onnx/graph';
import type { CutTensor } from './cut_tensor';
import { inputImage, layoutOf, positionsOf } from './layout';
import type { NodeProfile, Profile } from './profile';

/** A stem is a small part of the work; a plain network, whose layers all look like a stem's, must not vanish in it. */
const largestStemShare = 0.2;

/** Where the searched part of a network begins and ends: indices into the ends of its units. */
interface BodyRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The stem reaches to the last tensor before a unit of several layers (a first convolution, its pool, the first depthwise
 * pair; a patch embedding); the head is what follows the last tensor with places, with the pointwise convolution that widens it before pooling.
 */
export function bodyOf(units: readonly CutTensor[], profile: Profile): BodyRange {
  const last = headStart(units, profile);
  return { first: Math.min(stemEnd(units, profile), Math.max(0, last - 1)), last };
}

function stemEnd(units: readonly CutTensor[], profile: Profile): number {
  let end = 0;
  while (
    end + 1 < units.length &&
    isSmall(units[end], units[end + 1], profile) &&
    weightedLayers(units, end + 1, profile).length <= 1
  )
    end += 1;
  if (weightedLayers(units, end + 1, profile).length > 1) return end;
  while (end > 0 && places(units[end]) === places(units[end + 1])) end -= 1;
  return end;
}

/** A pool or an added position embedding costs nothing and belongs to the stem however large that is. */
function isSmall(
  before: CutTensor | undefined,
  unit: CutTensor | undefined,
  { total }: Profile,
): boolean {
  const macs = unit?.macsBefore ?? 0;
  return macs <= largestStemShare * total.macs || macs === before?.macsBefore;
}

function headStart(units: readonly CutTensor[], profile: Profile): number {
  const last = units.length - 1;
  const [only, ...more] = weightedLayers(units, last, profile);
  const [before, widened] = [
    units[last - 1]?.layout.channels ?? 0,
    units[last]?.layout.channels ?? 0,
  ];
  return last > 0 &&
    only !== undefined &&
    more.length === 0 &&
    isPointwise(only, profile.types) &&
    before < widened
    ? last - 1
    : last;
}

function isPointwise({ node }: NodeProfile, types: ReadonlyMap<string, TensorType>): boolean {
  const kernel = types.get(node.inputs[1] ?? '')?.shape.slice(2);
  return (
    node.kind === 'Conv' &&
    kernel?.every((size) => size === 1) === true &&
    (intsAttribute(node, 'strides') ?? []).every((step) => step === 1)
  );
}

/** The layers with weights between a unit's end and the one before it; squeeze-and-excitation works on single values and does not count. */
function weightedLayers(
  units: readonly CutTensor[],
  index: number,
  { graph, nodes, types }: Profile,
): readonly NodeProfile[] {
  const image = inputImage(graph, types);
  const start = units[index - 1]?.position ?? -1;
  const hasPlaces = (tensor: string | undefined): boolean =>
    positionsOf(layoutOf(types.get(tensor ?? '')?.shape ?? [], image)) > 1;
  return nodes
    .slice(start + 1, (units[index]?.position ?? start) + 1)
    .filter(
      ({ node, macs, parameters }) => macs > 0 && parameters > 0 && hasPlaces(node.outputs[0]),
    );
}

function places(unit: CutTensor | undefined): number {
  return unit === undefined ? 0 : positionsOf(unit.layout);
}
