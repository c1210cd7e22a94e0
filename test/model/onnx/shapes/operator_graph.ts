import type { Attribute, Graph, Tensor } from '../../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor } from '../../../../model/onnx/graph_builder';
import { inferShapes } from '../../../../model/onnx/shapes/shape_inference';

export type Case = readonly [
  kind: string,
  shape: readonly number[],
  constants: readonly Tensor[],
  attributes: Readonly<Record<string, Attribute>>,
];
export function list(...values: number[]): Tensor {
  return { elementType: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) };
}

export const filled = (...shape: number[]): Tensor =>
  float32Tensor(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5));

export const empty: Tensor = float32Tensor([0], new Float32Array(0));
export const image = [1, 4, 9, 7];
export function graphOf([kind, shape, constants, attributes]: Case): Graph {
  const builder = createGraphBuilder('case');
  const names = constants.map((tensor, index) =>
    tensor === empty ? '' : builder.constant(`c${index}`, tensor),
  );
  const output = builder.node('y', kind, [builder.input('x', shape), ...names], attributes);
  // HardSwish and a few others came after the opset that is built here.
  return {
    ...builder.finish([{ name: output, elementType: 'float32', shape: null }]),
    opset: kind === 'HardSwish' ? 14 : 13,
  };
}

export function inferred(graph: Graph, tensor: string): readonly number[] {
  const types = inferShapes(graph);
  if (!types.ok) throw new Error(types.error);
  return types.value.get(tensor)!.shape;
}
