import type { Graph } from '../../../model/onnx/graph';
import { redrawn } from '../../../predictor/assembly/redrawn';
import { tinyConvReference, tinyTokenReference } from '../tiny_reference';

const deviationOf = (data: ArrayLike<number | bigint>): number => {
  const numbers = Array.from(data, Number);
  return Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0) / numbers.length);
};
const constantsOf = ({ initializers }: Graph, graph: Graph, kind: string, index: number) =>
  graph.nodes
    .filter((node) => node.kind === kind)
    .map(({ inputs }) => initializers.get(inputs[index] ?? ''))
    .filter((tensor) => tensor?.elementType === 'float32');

test('draws the weights of layers by how many values meet in an output', () => {
  const { graph } = tinyConvReference();
  const [stem] = constantsOf(redrawn(graph, 1), graph, 'Conv', 1);
  expect(stem?.shape).toEqual([8, 3, 3, 3]);
  expect(deviationOf(stem?.data ?? [])).toBeCloseTo(Math.sqrt(2 / 27), 1);
  expect([...(stem?.data ?? [])]).not.toEqual([
    ...(constantsOf(graph, graph, 'Conv', 1)[0]?.data ?? []),
  ]);
});

test('is the same for the same seed only', () => {
  const { graph } = tinyConvReference();
  const values = (seed: number): string =>
    constantsOf(redrawn(graph, seed), graph, 'Conv', 1)
      .map(({ data }) => String(data))
      .join();
  expect(values(1)).toBe(values(1));
  expect(values(1)).not.toBe(values(2));
});

test('leaves nothing of a transformer as it was trained', () => {
  const { graph } = tinyTokenReference();
  const changed = redrawn(graph, 1);
  for (const scale of constantsOf(changed, graph, 'LayerNormalization', 1))
    expect(new Set(scale.data)).toEqual(new Set([1]));
  const kept = [...graph.initializers].filter(
    ([name, { elementType, data }]) =>
      elementType === 'float32' &&
      data.length > 1 &&
      deviationOf(data) > 0 &&
      new Set(data).size > 1 &&
      String(changed.initializers.get(name)?.data) === String(data),
  );
  expect(kept.map(([name]) => name)).toEqual([]);
});
