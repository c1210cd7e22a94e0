import { intAttribute, intsAttribute, type Graph, type Node, type TensorType } from '../onnx/graph';
import { largestInteger, type Encoding } from './encoding';

type Numbers = Pick<Encoding, 'scale' | 'zeroPoint'>;

/** Four roundings to float32 of at most 255 steps are off by less than this part of a step. */
const margin = 5e-5;
const largest = largestInteger('uint8');

/** How many elements a GlobalAveragePool or ReduceMean averages. */
export function reducedElements(
  graph: Graph,
  types: ReadonlyMap<string, TensorType>,
  node: Node,
): number {
  const shape = types.get(node.inputs[0] ?? '')?.shape ?? [];
  const listed = graph.initializers.get(node.inputs[1] ?? '');
  const every = intAttribute(node, 'noop_with_empty_axes', 0) === 1 ? [] : [...shape.keys()];
  const axes =
    node.kind === 'GlobalAveragePool'
      ? [...shape.keys()].slice(2)
      : (intsAttribute(node, 'axes') ??
        (listed === undefined ? every : Array.from<number | bigint>(listed.data).map(Number)));
  return axes.reduce((count, axis) => count * (shape.at(axis) ?? 1), 1);
}

/** How many elements the windows of an AveragePool in canonical form hold; several numbers where padding does not count. */
export function pooledElements(
  types: ReadonlyMap<string, TensorType>,
  node: Node,
): readonly number[] {
  const kernel = intsAttribute(node, 'kernel_shape') ?? [];
  const [image = [], pooled = []] = [node.inputs[0], node.outputs[0]].map((tensor) =>
    types.get(tensor ?? '')?.shape.slice(2),
  );
  const countsPadding = intAttribute(node, 'count_include_pad', 0) === 1;
  const perAxis = kernel.map((size, axis) => {
    const stride = intsAttribute(node, 'strides')?.[axis] ?? 1;
    const dilation = intsAttribute(node, 'dilations')?.[axis] ?? 1;
    const before = intsAttribute(node, 'pads')?.[axis] ?? 0;
    const isInside = (place: number): boolean =>
      countsPadding || (place >= 0 && place < (image[axis] ?? Infinity));
    const counts = Array.from(
      { length: pooled[axis] ?? 1 },
      (_, window) =>
        Array.from(
          { length: size },
          (_unused, tap) => window * stride - before + tap * dilation,
        ).filter(isInside).length,
    );
    return [...new Set(counts)];
  });
  return [
    ...new Set(
      perAxis.reduce<readonly number[]>(
        (products, counts) => products.flatMap((product) => counts.map((count) => product * count)),
        [1],
      ),
    ),
  ];
}

/**
 * Whether runtimes agree on all averages of so many integers: none is nearly in the middle between two integers of the output, or it is so
 * exactly, for whoever divides and whoever multiplies by a reciprocal, and all round it to even; some add the zero point first, so it must be even, too.
 */
export function averagesAgree(
  counts: readonly number[],
  { input, output }: { readonly input: Numbers; readonly output: Numbers },
): boolean {
  const hasEvenZero = output.zeroPoint % 2 === 0;
  return counts.every((count) => {
    const unit = input.scale / (count * output.scale);
    for (let below = -output.zeroPoint; below < largest - output.zeroPoint; below += 1) {
      const tie = below + 0.5;
      const sum = Math.round(tie / unit);
      const isReached =
        sum >= -count * input.zeroPoint && sum <= count * (largest - input.zeroPoint);
      if (
        isReached &&
        Math.abs(sum * unit - tie) < margin &&
        !(hasEvenZero && isExact({ sum, count, tie }, input.scale, output.scale))
      )
        return false;
    }
    return true;
  });
}

/** Whether it is the tie, and float32 gives it in each of three orders: by divisions, by reciprocals, and by one multiplier as convolutions do. */
function isExact(
  { sum, count, tie }: { readonly sum: number; readonly count: number; readonly tie: number },
  input: number,
  output: number,
): boolean {
  const { fround } = Math;
  const total = fround(sum * input);
  const share = fround(1 / count);
  const divided = fround(fround(total / count) / output);
  const multiplied = fround(fround(total * share) * fround(1 / output));
  const rescaled = fround(sum * fround(fround(input * share) / output));
  // Both products have few enough bits to be exact.
  const isTie = sum * input === tie * count * output;
  return (
    isTie &&
    total === sum * input &&
    [divided, multiplied, rescaled].every((result) => result === tie)
  );
}
