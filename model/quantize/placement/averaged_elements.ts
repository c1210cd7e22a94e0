import {
  intAttribute,
  intsAttribute,
  type Graph,
  type Node,
  type TensorType,
} from '../../onnx/graph';

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
