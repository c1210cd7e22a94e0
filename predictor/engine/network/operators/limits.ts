import {
  intAttribute,
  intsAttribute,
  stringAttribute,
  type Node,
} from '../../../../model/onnx/graph';
import { numbersOf } from './graph_operator';
import type { Tensor } from '../../../../model/onnx/graph';

/** What is known of a node before any sample is. */
interface NodeFacts {
  readonly node: Node;
  /** ONNX's shapes of its inputs and first output. */
  readonly inputs: readonly (readonly number[])[];
  readonly output: readonly number[];
  readonly constant: (index: number) => Tensor | undefined;
}

/** Why an operator that is known cannot be trained through all the same, as half a line; undefined where it can. */
type NodeLimit = (facts: NodeFacts) => string | undefined;

const needsImage: NodeLimit = ({ inputs: [shape = []] }) =>
  shape.length === 4 && shape[0] === 1 ? undefined : `reads ${shape.join('x')}, no image 1xCxHxW`;

const needsPlainWindows: NodeLimit = ({ node }) => {
  if (intAttribute(node, 'ceil_mode', 0) === 1) return 'rounds its size up';
  return isOnes(intsAttribute(node, 'dilations')) ? undefined : 'has dilated windows';
};

function needsConstant(index: number, what: string): NodeLimit {
  return ({ node, constant }) =>
    (node.inputs[index] ?? '') === '' || constant(index) !== undefined
      ? undefined
      : `computes its ${what}`;
}

const needsMadeFirst: NodeLimit = ({ constant }) =>
  constant(0) === undefined ? undefined : 'reads a constant where features are expected';

const limits: ReadonlyMap<string, readonly NodeLimit[]> = new Map(
  Object.entries<readonly NodeLimit[]>({
    Conv: [
      needsImage,
      needsConstant(1, 'weights'),
      needsConstant(2, 'biases'),
      ({ node }) =>
        isOnes(intsAttribute(node, 'dilations')) || isOnes(intsAttribute(node, 'strides'))
          ? undefined
          : 'is dilated and has a stride',
    ],
    ConvTranspose: [
      needsImage,
      needsConstant(1, 'weights'),
      needsConstant(2, 'biases'),
      needsPlainWindows,
      ({ node }) => (intAttribute(node, 'group', 1) === 1 ? undefined : 'has groups'),
    ],
    Gemm: [
      needsMadeFirst,
      needsConstant(1, 'weights'),
      needsConstant(2, 'biases'),
      ({ node }) =>
        ['alpha', 'beta', 'transA'].some((name) => node.attributes.has(name))
          ? 'is not in canonical form'
          : undefined,
    ],
    MatMul: [
      ({ inputs: [one = [], other = []], constant }) => {
        const [isFirst, isSecond] = [constant(0) !== undefined, constant(1) !== undefined];
        if (isFirst || isSecond)
          return (isFirst ? one : other).length === 2 && (isFirst ? other : one).length >= 2
            ? undefined
            : 'has a constant that is no matrix';
        return one.length > 1 && one.slice(0, -2).join() === other.slice(0, -2).join()
          ? undefined
          : `multiplies ${one.join('x')} by ${other.join('x')}, which repeats matrices`;
      },
    ],
    LayerNormalization: [
      needsMadeFirst,
      needsConstant(1, 'scales'),
      needsConstant(2, 'shifts'),
      ({ node, inputs: [shape = []] }) =>
        [-1, shape.length - 1].includes(intAttribute(node, 'axis', -1))
          ? undefined
          : 'is over more than the last axis',
    ],
    MaxPool: [
      needsImage,
      needsPlainWindows,
      ({ node }) => (node.outputs.length > 1 ? 'tells where its maxima are' : undefined),
    ],
    AveragePool: [needsImage, needsPlainWindows],
    GlobalAveragePool: [needsImage],
    GlobalMaxPool: [needsImage],
    DepthToSpace: [needsImage],
    Pad: [
      needsImage,
      needsConstant(1, 'sizes'),
      ({ node, constant }) => {
        const sides = numbersOf(constant(1));
        if (stringAttribute(node, 'mode', 'constant') !== 'constant') return 'repeats the image';
        if (sides.length !== 8 || [0, 1, 4, 5].some((at) => sides[at] !== 0))
          return 'adds channels';
        return sides.some((side) => side < 0) ? 'cuts the image' : undefined;
      },
    ],
    Resize: [
      needsImage,
      needsConstant(2, 'scales'),
      needsConstant(3, 'sizes'),
      ({ node, inputs: [from = []], output }) => {
        const coordinates = stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel');
        if (from[1] !== output[1] || node.attributes.has('axes'))
          return 'resizes other axes than height and width';
        if (intAttribute(node, 'antialias', 0) === 1) return 'smooths before it shrinks';
        return ['half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners'].includes(
          coordinates,
        )
          ? undefined
          : `places pixels by ${coordinates}`;
      },
    ],
    Reshape: [needsConstant(1, 'shape')],
    Squeeze: [needsConstant(1, 'axes')],
    Unsqueeze: [needsConstant(1, 'axes')],
    ReduceMean: [needsConstant(1, 'axes')],
    ReduceSum: [needsConstant(1, 'axes')],
    ReduceMax: [needsConstant(1, 'axes')],
    Split: [needsConstant(1, 'sizes')],
    Gather: [
      needsMadeFirst,
      needsConstant(1, 'indices'),
      ({ constant }) =>
        (constant(1)?.shape.length ?? 2) < 2 ? undefined : 'has a table of indices',
    ],
    Slice: [
      needsConstant(1, 'starts'),
      needsConstant(2, 'ends'),
      needsConstant(3, 'axes'),
      ({ constant }) =>
        numbersOf(constant(4)).every((step) => step === 1)
          ? undefined
          : 'leaves values out between',
    ],
    Clip: [needsConstant(1, 'bounds'), needsConstant(2, 'bounds')],
  }),
);

export function limitOf(facts: NodeFacts): string | undefined {
  for (const limit of limits.get(facts.node.kind) ?? []) {
    const reason = limit(facts);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function isOnes(values: readonly number[] | undefined): boolean {
  return values?.every((value) => value === 1) ?? true;
}
