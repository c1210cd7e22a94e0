import { createGraphBuilder } from '../../../../model/onnx/graph_builder';
import { requireMemory } from '../../../../model/quantize/quality/memory';
import { BadInputError } from '../../../../common/bad_input';

const list = (
  builder: ReturnType<typeof createGraphBuilder>,
  name: string,
  ...values: number[]
): string =>
  builder.constant(name, {
    elementType: 'int64',
    shape: [values.length],
    data: BigInt64Array.from(values, BigInt),
  });

test('a network of tensors that are each small enough is refused when all together are not', () => {
  const builder = createGraphBuilder('bomb');
  const x = builder.input('x', [1, 1024]);
  // 4 GB in ten tensors of a hundred thousand rows.
  const wide = Array.from({ length: 10 }, (_, index) =>
    builder.node(`t${index}`, 'Tile', [x, list(builder, `r${index}`, 100_000, 1)]),
  );
  const y = builder.node('y', 'Sum', wide);
  const graph = builder.finish([{ name: y, elementType: 'float32', shape: null }]);
  expect(() => requireMemory(graph, 8e9)).toThrow(BadInputError);
  expect(() => requireMemory(graph, 8e9)).toThrow(
    /^its tensors take 9\.01 GB while the float and the quantized network are compared; this machine has 8\.00 GB: fix a smaller input/,
  );
  expect(() => requireMemory(graph, 16e9)).not.toThrow();
});
