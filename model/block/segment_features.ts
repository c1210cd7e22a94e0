import { elementCount } from '../onnx/graph';
import { segmentInput, type Layer } from './layer';
import { inferLayerShapes, type Shape } from './layer_shape';
import { lowerLayers } from './lower';
import { macsOf } from './network_cost';
import type { Operator } from './operator';

/** What running a part of a network takes, apart by what phones do at different speeds. All of it adds up over parts in sequence. */
export interface SegmentFeatures {
  /** Multiply-accumulates of convolutions over all channels at once, */
  readonly denseMacs: number;
  /** of depthwise and other grouped convolutions, which read much for little work, */
  readonly groupedMacs: number;
  /** and of dense layers and matrix products. */
  readonly matrixMacs: number;
  readonly weightElements: number;
  /** Read and written by operators, weights left out. */
  readonly movedElements: number;
  readonly denseConvolutions: number;
  readonly groupedConvolutions: number;
  readonly matrixProducts: number;
  /** Operators that work value by value, and all others. */
  readonly otherOperators: number;
  /** Operators on the longest path. */
  readonly depth: number;
}

/** Of a segment on an input of this shape. */
export function featuresOfSegment(
  { layers, output }: { readonly layers: readonly Layer[]; readonly output: string },
  input: Shape,
): SegmentFeatures {
  const shapes = inferLayerShapes(layers, input);
  const { operators, tensorOf } = lowerLayers(layers, shapes);
  const sizes = new Map([
    [segmentInput, elementCount(input)],
    ...operators.map(({ name, outputShape }) => [name, elementCount(outputShape)] as const),
  ]);
  const of = (kind: OperatorKind): readonly Operator[] =>
    operators.filter((operator) => kindOf(operator) === kind);
  const macs = (kind: OperatorKind): number =>
    of(kind).reduce((sum, operator) => sum + macsOf(operator, shapes), 0);
  const moved = ({ name, inputs }: Operator): number =>
    inputs.reduce(
      (sum, each) => sum + (typeof each === 'string' ? (sizes.get(each) ?? 0) : 0),
      sizes.get(name) ?? 0,
    );
  const weights = ({ inputs }: Operator): number =>
    inputs.reduce(
      (sum, each) => sum + (typeof each === 'string' ? 0 : elementCount(each.shape)),
      0,
    );
  return {
    denseMacs: macs('dense'),
    groupedMacs: macs('grouped'),
    matrixMacs: macs('matrix'),
    weightElements: operators.reduce((sum, operator) => sum + weights(operator), 0),
    movedElements: operators.reduce((sum, operator) => sum + moved(operator), 0),
    denseConvolutions: of('dense').length,
    groupedConvolutions: of('grouped').length,
    matrixProducts: of('matrix').length,
    otherOperators: of('other').length,
    depth: longestPath(operators, tensorOf(output)),
  };
}

/** In the order of the fields of `SegmentFeatures`. */
export function numbersOf({
  denseMacs,
  groupedMacs,
  matrixMacs,
  weightElements,
  movedElements,
  denseConvolutions,
  groupedConvolutions,
  matrixProducts,
  otherOperators,
  depth,
}: SegmentFeatures): readonly number[] {
  return [
    denseMacs,
    groupedMacs,
    matrixMacs,
    weightElements,
    movedElements,
    denseConvolutions,
    groupedConvolutions,
    matrixProducts,
    otherOperators,
    depth,
  ];
}

export function addFeatures(one: SegmentFeatures, other: SegmentFeatures): SegmentFeatures {
  return {
    denseMacs: one.denseMacs + other.denseMacs,
    groupedMacs: one.groupedMacs + other.groupedMacs,
    matrixMacs: one.matrixMacs + other.matrixMacs,
    weightElements: one.weightElements + other.weightElements,
    movedElements: one.movedElements + other.movedElements,
    denseConvolutions: one.denseConvolutions + other.denseConvolutions,
    groupedConvolutions: one.groupedConvolutions + other.groupedConvolutions,
    matrixProducts: one.matrixProducts + other.matrixProducts,
    otherOperators: one.otherOperators + other.otherOperators,
    depth: one.depth + other.depth,
  };
}

export function allMacs({ denseMacs, groupedMacs, matrixMacs }: SegmentFeatures): number {
  return denseMacs + groupedMacs + matrixMacs;
}

export function allOperators({
  denseConvolutions,
  groupedConvolutions,
  matrixProducts,
  otherOperators,
}: SegmentFeatures): number {
  return denseConvolutions + groupedConvolutions + matrixProducts + otherOperators;
}

type OperatorKind = 'dense' | 'grouped' | 'matrix' | 'other';

function kindOf({ kind, attributes }: Operator): OperatorKind {
  if (kind === 'Gemm' || kind === 'MatMul') return 'matrix';
  if (kind !== 'Conv') return 'other';
  const group = attributes['group'];
  return group?.kind === 'int' && group.value > 1 ? 'grouped' : 'dense';
}

/** Operators stand in order of execution, so that what one reads has its length already. */
function longestPath(operators: readonly Operator[], output: string): number {
  const lengths = new Map<string, number>();
  for (const { name, inputs } of operators)
    lengths.set(
      name,
      1 +
        inputs.reduce(
          (longest, each) =>
            Math.max(longest, typeof each === 'string' ? (lengths.get(each) ?? 0) : 0),
          0,
        ),
    );
  return lengths.get(output) ?? 0;
}
