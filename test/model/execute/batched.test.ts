/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { createRandom } from '../../../common/random';
import { batchedGraph } from '../../../model/execute/batched';
import { createGraphSession } from '../../../model/execute/graph_session';
import { elementCount, type Graph } from '../../../model/onnx/graph';
import { createGraphBuilder, int, ints } from '../../../model/onnx/graph_builder';
import { createReference } from '../../../model/zoo/reference';

const batch = 3;
const tolerance = 1e-5;

describe('a graph for many samples at once', () => {
  it.each(['mobilenetv2', 'efficientnet-b0'] as const)(
    'answers of %s what the graph answers of each sample',
    async (name) => {
      const graph = createReference(name, {
        imageSize: [32, 32],
        classes: 5,
        widthMultiplier: 0.35,
      });
      await expectAlike(graph, batchedGraph(graph, batch));
    },
  );

  it('begins the shapes that a Reshape takes with the batch, and leaves the given graph as it is', async () => {
    const graph = reshaping([1, 4, 6]);
    const batched = batchedGraph(graph, batch);
    await expectAlike(graph, batched);
    expect([...graph.initializers.values()].map(({ data }) => [...data])).toEqual([[1n, 4n, 6n]]);
  });

  it('of one sample is the graph', async () => {
    const graph = reshaping([1, 4, 6]);
    await expectAlike(graph, batchedGraph(graph, 1), 1);
  });

  it('is refused where tokens have no batch', () => {
    expect(
      batchedGraph(createReference('deit-tiny', { imageSize: [32, 32] }), batch),
    ).toBeUndefined();
    expect(batchedGraph(reshaping([4, 6]), batch)).toBeUndefined();
  });

  it('is refused where a tensor inside would not grow with the batch, although the output would', () => {
    // The mean over the samples, added to each, has the output's shape and mixes the samples.
    const builder = createGraphBuilder('mixing');
    const x = builder.input('x', [1, 4]);
    const axes = builder.constant('axes', {
      elementType: 'int64',
      shape: [1],
      data: BigInt64Array.of(0n),
    });
    builder.node('mean', 'ReduceMean', [x, axes], { keepdims: int(1) });
    builder.node('y', 'Add', [x, 'mean']);
    const graph = builder.finish([{ name: 'y', elementType: 'float32', shape: [1, 4] }]);
    expect(batchedGraph(graph, batch)).toBeUndefined();
  });

  it('is refused where the first axis is turned into another', () => {
    const builder = createGraphBuilder('turning');
    builder.node('y', 'Transpose', [builder.input('x', [1, 1, 4])], { perm: ints(1, 0, 2) });
    const graph = builder.finish([{ name: 'y', elementType: 'float32', shape: [1, 1, 4] }]);
    expect(batchedGraph(graph, batch)).toBeUndefined();
  });
});

/** A vector of 24 numbers, arranged and scaled. */
function reshaping(shape: readonly number[]): Graph {
  const builder = createGraphBuilder('reshaping');
  const wanted = builder.constant('wanted', {
    elementType: 'int64',
    shape: [shape.length],
    data: BigInt64Array.from(shape, BigInt),
  });
  builder.node('active', 'Relu', [builder.input('x', [1, 24])]);
  builder.node('y', 'Reshape', ['active', wanted]);
  return builder.finish([{ name: 'y', elementType: 'float32', shape }]);
}

async function expectAlike(
  graph: Graph,
  batched: Graph | undefined,
  samples = batch,
): Promise<void> {
  if (batched === undefined) throw new Error('the graph takes a batch');
  const each = elementCount(graph.inputs[0]?.shape?.map(Number) ?? []);
  const random = createRandom(graph.name);
  const data = Float32Array.from({ length: samples * each }, () => random.normal());
  const together = await answer(batched, data);
  const single: number[] = [];
  for (let from = 0; from < data.length; from += each)
    single.push(...(await answer(graph, data.slice(from, from + each))));
  expect(together).toHaveLength(single.length);
  const scale = Math.max(...single.map(Math.abs));
  expect(scale).toBeGreaterThan(0);
  together.forEach((value, index) => {
    expect(Math.abs(value - single[index]!) / scale).toBeLessThan(tolerance);
  });
}

async function answer(graph: Graph, data: Float32Array): Promise<Float32Array> {
  const [input, output] = [graph.inputs[0]!, graph.outputs[0]!];
  const session = await createGraphSession(graph);
  try {
    const results = await session.run(
      new Map([[input.name, { shape: input.shape!.map(Number), data }]]),
    );
    return results.get(output.name)!.data;
  } finally {
    await session.release();
  }
}
