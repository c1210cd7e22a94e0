import { intAttribute, stringAttribute, type Node } from '../../../model/onnx/graph';

type Shape = readonly number[];

/**
 * Multiplications that the operator's definition (https://onnx.ai/onnx/operators/) has of two tensors' elements, counted one
 * by one: of windows those with padding, too, as in the literature; of products with alpha, beta or a bias none.
 */
export function countMultiplications(
  node: Node,
  inputs: readonly (Shape | undefined)[],
  output: Shape,
): number {
  const [a, b] = inputs;
  if (a === undefined || b === undefined) return 0;
  switch (node.kind) {
    case 'Conv':
      return countConv(output, b);
    case 'ConvTranspose':
      return countConvTranspose(a, b);
    case 'Gemm':
      return countGemm(
        intAttribute(node, 'transA', 0) === 1 ? a.toReversed() : a,
        intAttribute(node, 'transB', 0) === 1 ? b.toReversed() : b,
      );
    case 'MatMul':
      return countMatMul(a, b);
    case 'Einsum':
      return countEinsum(stringAttribute(node, 'equation', ''), [a, b]);
    default:
      return 0;
  }
}

/** Every output element is a sum over its group's channels and the kernel. */
function countConv(output: Shape, weight: Shape): number {
  let count = 0;
  forEachIndex(output, () => forEachIndex(weight.slice(1), () => (count += 1)));
  return count;
}

/** Every input element goes, times a weight, to each channel of its group and each place of the kernel. */
function countConvTranspose(data: Shape, weight: Shape): number {
  const [batch = 0, channels = 0, ...image] = data;
  const [, outputChannels = 0, ...kernel] = weight;
  let count = 0;
  forEachIndex([batch, channels, ...image], () =>
    forEachIndex([outputChannels, ...kernel], () => (count += 1)),
  );
  return count;
}

function countGemm([rows = 0, inner = 0]: Shape, [, columns = 0]: Shape): number {
  let count = 0;
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      for (let index = 0; index < inner; index += 1) count += 1;
  return count;
}

/** As numpy.matmul: vectors become a row or a column, the dimensions before the last two are stretched. */
function countMatMul(a: Shape, b: Shape): number {
  const [left, right] = [a.length === 1 ? [1, ...a] : a, b.length === 1 ? [...b, 1] : b];
  const rank = Math.max(left.length, right.length) - 2;
  const batch = (shape: Shape): Shape => [
    ...Array<number>(rank - (shape.length - 2)).fill(1),
    ...shape.slice(0, -2),
  ];
  let count = 0;
  forEachIndex(
    batch(left).map((size, axis) => Math.max(size, batch(right)[axis]!)),
    () => (count += countGemm(left.slice(-2), right.slice(-2))),
  );
  return count;
}

/** One product for each choice of all indices. */
function countEinsum(equation: string, operands: readonly Shape[]): number {
  const sizes = new Map<string, number>();
  equation
    .replaceAll(' ', '')
    .split('->')[0]!
    .split(',')
    .forEach((labels, operand) =>
      Array.from(labels).forEach((label, axis) => sizes.set(label, operands[operand]![axis]!)),
    );
  let count = 0;
  forEachIndex([...sizes.values()], () => (count += 1));
  return count;
}

function forEachIndex(shape: Shape, visit: () => void): void {
  const [size, ...rest] = shape;
  if (size === undefined) visit();
  else for (let index = 0; index < size; index += 1) forEachIndex(rest, visit);
}
