/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { createRandom } from '../../../../common/random';
import { absorbHighBiases } from '../../../../model/quantize/equalize/absorb_bias';
import {
  channelAxis,
  measureMoments,
  type Feeds,
} from '../../../../model/quantize/equalize/moments';
import type { Graph } from '../../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor, ints } from '../../../../model/onnx/graph_builder';
import { invertedResiduals, layers, outputsOf, randomInputs, relativeError } from './networks';

function feedsOf(graph: Graph, count: number): readonly Feeds[] {
  const [{ name, shape }] = graph.inputs as [Graph['inputs'][number]];
  return randomInputs(graph, count, 'samples').map(
    (data) => new Map([[name, { shape: shape!.map(Number), data }]]),
  );
}

function withBias(
  graph: Graph,
  name: string,
  change: (bias: number, channel: number) => number,
): Graph {
  const bias = graph.initializers.get(name)!;
  return {
    ...graph,
    initializers: new Map([
      ...graph.initializers,
      [name, float32Tensor(bias.shape, (bias.data as Float32Array).map(change))] as const,
    ]),
  };
}

describe('the moments of a tensor', () => {
  test('are the mean and standard deviation of each channel', async () => {
    const graph = invertedResiduals('Relu', 'moments');
    const conv = graph.nodes.find((node) => node.name === 'stem')!;
    const samples = feedsOf(graph, 3);
    const { mean, deviation } = (
      await measureMoments(graph, new Map([['stem', channelAxis(conv)]]), samples)
    ).get('stem')!;
    const outputs = await outputsOf(
      { ...graph, outputs: [{ name: 'stem', elementType: 'float32', shape: null }] },
      randomInputs(graph, 3, 'samples'),
    );
    for (let channel = 0; channel < 8; channel += 1) {
      const values = Array.from(outputs).filter(
        (_, index) => Math.floor(index / 144) % 8 === channel,
      );
      const average = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean[channel]).toBeCloseTo(average, 6);
      expect(deviation[channel]).toBeCloseTo(
        Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length),
        6,
      );
    }
  });
});

describe('high-bias absorption', () => {
  const raised = withBias(
    invertedResiduals('Relu', 'absorb'),
    'first.depthwise.bias',
    (bias, channel) => (channel % 2 === 0 ? bias + 30 : bias),
  );

  test('moves mean - 3 sigma of high channels into the next layer, and keeps the function', async () => {
    const samples = feedsOf(raised, 8);
    const { graph, absorbed } = await absorbHighBiases(raised, samples);
    expect(absorbed).toContainEqual({ layer: 'first.depthwise', channels: 12 });
    const { mean, deviation } = (
      await measureMoments(raised, new Map([['first.depthwise', 1]]), samples)
    ).get('first.depthwise')!;
    const [before, after] = [raised, graph].map(
      (each) => each.initializers.get('first.depthwise.bias')!.data as Float32Array,
    );
    after!.forEach((bias, channel) =>
      expect(before![channel]! - bias).toBeCloseTo(
        channel % 2 === 0 ? mean[channel]! - 3 * deviation[channel]! : 0,
        4,
      ),
    );
    // Exact but for the values below mean - 3 sigma, which ReLU clips.
    const inputs = randomInputs(raised, 4, 'others');
    expect(
      relativeError(await outputsOf(raised, inputs), await outputsOf(graph, inputs)),
    ).toBeLessThan(1e-2);
  });

  test('moves all of the mean where no ReLU stands between, exactly', async () => {
    const { graph, absorbed } = await absorbHighBiases(raised, feedsOf(raised, 4));
    expect(absorbed).toContainEqual({ layer: 'third.project', channels: 16 });
    const builder = createGraphBuilder('linear');
    const add = layers(builder, createRandom('linear'), 'Relu');
    const linear = builder.finish([
      {
        name: add.conv('b', add.conv('a', builder.input('x', [1, 3, 4, 4]), [5, 3, 3]), [4, 5, 1]),
        elementType: 'float32',
        shape: null,
      },
    ]);
    const inputs = randomInputs(linear, 2, 'others');
    expect(
      relativeError(
        await outputsOf(linear, inputs),
        await outputsOf((await absorbHighBiases(linear, feedsOf(linear, 4))).graph, inputs),
      ),
    ).toBeLessThan(1e-5);
    expect(graph.nodes).toBe(raised.nodes);
  });

  test('spares layers before one that pads, where the border would change', async () => {
    const high = withBias(
      invertedResiduals('Relu', 'padded'),
      'first.expand.bias',
      (bias) => bias + 30,
    );
    const { absorbed } = await absorbHighBiases(high, feedsOf(high, 4));
    expect(absorbed.map(({ layer }) => layer)).not.toContain('first.expand');
  });

  test('goes into each pixel of a flattened image', async () => {
    const builder = createGraphBuilder('flattened');
    const add = layers(builder, createRandom('flattened'), 'Relu');
    const pooled = builder.node(
      'pool',
      'MaxPool',
      [add.active('act', add.conv('a', builder.input('x', [1, 3, 8, 8]), [4, 3, 3]), 4)],
      { kernel_shape: ints(2, 2), strides: ints(2, 2) },
    );
    const graph = withBias(
      builder.finish([
        {
          name: add.gemm('b', builder.node('flat', 'Flatten', [pooled]), 5, 64),
          elementType: 'float32',
          shape: null,
        },
      ]),
      'a.bias',
      (bias) => bias + 20,
    );
    const { graph: moved, absorbed } = await absorbHighBiases(graph, feedsOf(graph, 4));
    expect(absorbed).toEqual([{ layer: 'a', channels: 4 }]);
    const inputs = randomInputs(graph, 4, 'others');
    expect(
      relativeError(await outputsOf(graph, inputs), await outputsOf(moved, inputs)),
    ).toBeLessThan(1e-3);
  });
});
