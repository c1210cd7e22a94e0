import type { Attribute } from '../../../../model/onnx/graph';
import { createGraphBuilder, int, ints } from '../../../../model/onnx/graph_builder';
import { inferShapes } from '../../../../model/onnx/shapes/shape_inference';
import { pooledElements } from '../../../../model/quantize/placement/averaged_elements';

function elementsOf(attributes: Readonly<Record<string, Attribute>>): readonly number[] {
  const builder = createGraphBuilder('pool');
  const pooled = builder.node('y', 'AveragePool', [builder.input('x', [1, 2, 6, 5])], attributes);
  const graph = builder.finish([{ name: pooled, elementType: 'float32', shape: null }]);
  const types = inferShapes(graph);
  if (!types.ok) throw new Error(types.error);
  return [...pooledElements(types.value, graph.nodes[0]!)].sort((a, b) => a - b);
}

test('windows hold all their elements, but for those that padding which does not count cuts off', () => {
  expect(elementsOf({ kernel_shape: ints(2, 2), strides: ints(2, 2) })).toEqual([4]);
  expect(elementsOf({ kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) })).toEqual([4, 6, 9]);
  expect(
    elementsOf({ kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1), count_include_pad: int(1) }),
  ).toEqual([9]);
  expect(elementsOf({ kernel_shape: ints(3, 2), pads: ints(1, 0, 0, 0) })).toEqual([4, 6]);
});
