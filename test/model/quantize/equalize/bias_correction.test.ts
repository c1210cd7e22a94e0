/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { withBiases } from '../../../../model/quantize/equalize/bias';
import {
  correctBiasesAnalytically,
  type CorrectedGraph,
  type QuantizedPair,
} from '../../../../model/quantize/equalize/bias_correction';
import { correctBiasesEmpirically } from '../../../../model/quantize/equalize/empirical_correction';
import {
  channelAxis,
  measureMoments,
  type Feeds,
} from '../../../../model/quantize/equalize/moments';
import { quantizedLayers } from '../../../../model/quantize/equalize/quantized_layer';
import { segmentsOf } from '../../../../model/quantize/equalize/segments';
import type { Graph, Node } from '../../../../model/onnx/graph';
import { quantizeGraph } from '../../../../model/quantize/quantize';
import { signalToNoiseDb } from '../signal_to_noise';
import { invertedResiduals, outputsOf, randomInputs } from './networks';

function feedsOf(graph: Graph, inputs: readonly Float32Array[]): readonly Feeds[] {
  const [{ name, shape }] = graph.inputs as [Graph['inputs'][number]];
  return inputs.map((data) => new Map([[name, { shape: shape!.map(Number), data }]]));
}

const inputs = randomInputs(invertedResiduals('Clip', 'network'), 6, 'samples');

/** Weights rounded so coarsely, all down, that every mean moves. */
async function coarsePair(): Promise<QuantizedPair> {
  const float = withBiases(invertedResiduals('Clip', 'network'));
  const quantized = await quantizeGraph(float, { kind: 'given', samples: inputs });
  const initializers = new Map(
    [...quantized.initializers].map(([name, tensor]) => [
      name,
      tensor.elementType === 'int8' && tensor.data.length > 32 && tensor.shape.length > 1
        ? { ...tensor, data: tensor.data.map((weight) => Math.floor(weight / 8) * 8) }
        : tensor,
    ]),
  );
  return { float, quantized: { ...quantized, initializers } };
}

function layerNamed(graph: Graph, name: string): Node {
  return graph.nodes.find((node) => node.name === name)!;
}

/** The largest difference of a channel's mean between the two graphs, of all layers. */
async function meanErrors(
  float: Graph,
  quantized: Graph,
  samplesOf = inputs,
): Promise<ReadonlyMap<string, number>> {
  const layers = quantizedLayers(quantized).map(({ node }) => node);
  const axes = (graph: Graph): ReadonlyMap<string, number> =>
    new Map(layers.map((layer) => [layerNamed(graph, layer.name).outputs[0]!, channelAxis(layer)]));
  const samples = feedsOf(float, samplesOf);
  const [expected, actual] = [
    await measureMoments(float, axes(float), samples),
    await measureMoments(quantized, axes(quantized), samples),
  ];
  return new Map(
    layers.map(({ name }) => {
      const [a, b] = [
        expected.get(layerNamed(float, name).outputs[0]!)!.mean,
        actual.get(layerNamed(quantized, name).outputs[0]!)!.mean,
      ];
      return [name, Math.max(...a.map((mean, channel) => Math.abs(mean - b[channel]!)))];
    }),
  );
}

async function outputSnr(pair: QuantizedPair, graph: Graph): Promise<number> {
  const others = randomInputs(pair.float, 8, 'others');
  return signalToNoiseDb(await outputsOf(pair.float, others), await outputsOf(graph, others));
}

describe('empirical bias correction', () => {
  test("leaves every layer's output the float network's mean, within a step of its bias or nearly so", async () => {
    const pair = await coarsePair();
    // So alike that nothing of the mean errors is taken for chance.
    const alike = inputs.map((input) =>
      input.map((value, index) => (inputs[0]?.[index] ?? 0) + value / 1e6),
    );
    const { graph, corrected } = await correctBiasesEmpirically(pair, feedsOf(pair.float, alike));
    expect(corrected.map(({ layer }) => layer)).toEqual(
      quantizedLayers(pair.quantized).map(({ node }) => node.name),
    );
    const [before, after] = [
      await meanErrors(pair.float, pair.quantized, alike),
      await meanErrors(pair.float, graph, alike),
    ];
    for (const { node, bias } of quantizedLayers(graph)) {
      const largestScale = Math.max(
        ...Array.from(bias.integers, (_, channel) => bias.scaleOf(channel)),
      );
      // The whole network adds a bias while it sums, the segments afterwards: an element that rounds the other way for that moves what is behind it by more than
      // a step, but by little of what was wrong.
      const [wrong, left] = [before.get(node.name)!, after.get(node.name)!];
      expect(wrong).toBeGreaterThan(20 * largestScale);
      expect(left).toBeLessThan(Math.max(largestScale, wrong / 50));
    }
  });

  test("raises the output's signal-to-noise ratio, on other inputs", async () => {
    const pair = await coarsePair();
    const { graph } = await correctBiasesEmpirically(pair, feedsOf(pair.float, inputs));
    expect(await outputSnr(pair, graph)).toBeGreaterThan(
      (await outputSnr(pair, pair.quantized)) + 3,
    );
  });
});

describe('analytic bias correction', () => {
  test("takes off the weights' error times the expected input, and raises the output's signal-to-noise ratio", async () => {
    const pair = await coarsePair();
    const { graph, corrected } = await correctBiasesAnalytically(pair, feedsOf(pair.float, inputs));
    expect(corrected).toHaveLength(quantizedLayers(pair.quantized).length);
    expect(await outputSnr(pair, graph)).toBeGreaterThan(
      (await outputSnr(pair, pair.quantized)) + 3,
    );
    // The dense layer behind the pool has no clip and no border before it: its shift is that of the weights exactly.
    const { mean } = (
      await measureMoments(pair.float, new Map([['flat', -1]]), feedsOf(pair.float, inputs))
    ).get('flat')!;
    const weights = pair.float.initializers.get('classifier.weight')!.data as Float32Array;
    const rounded = quantizedLayers(pair.quantized).at(-1)!;
    const shifted = quantizedLayers(graph).at(-1)!.bias.integers;
    for (let output = 0; output < 10; output += 1) {
      const shift = mean.reduce(
        (sum, value, channel) =>
          sum +
          value * (rounded.weights![output * 32 + channel]! - weights[output * 32 + channel]!),
        0,
      );
      expect(
        Math.abs(
          (rounded.bias.integers[output]! - shifted[output]!) * rounded.bias.scaleOf(output) -
            shift,
        ),
      ).toBeLessThanOrEqual(rounded.bias.scaleOf(output));
    }
  });

  test("moves every layer's mean towards the float network's", async () => {
    const pair = await coarsePair();
    const { graph } = await correctBiasesAnalytically(pair, feedsOf(pair.float, inputs));
    const [before, after] = [
      await meanErrors(pair.float, pair.quantized),
      await meanErrors(pair.float, graph),
    ];
    for (const [name, error] of before) expect(after.get(name)).toBeLessThan(error / 2);
  });
});

describe('both corrections', () => {
  test.each([
    ['empirical', correctBiasesEmpirically],
    ['analytic', correctBiasesAnalytically],
  ])(
    'change nothing but bias integers: %s',
    async (
      _,
      correct: (pair: QuantizedPair, samples: readonly Feeds[]) => Promise<CorrectedGraph>,
    ) => {
      const pair = await coarsePair();
      const { graph } = await correct(pair, feedsOf(pair.float, inputs));
      expect(graph.nodes).toBe(pair.quantized.nodes);
      for (const [name, tensor] of graph.initializers)
        if (tensor.elementType !== 'int32')
          expect(tensor).toBe(pair.quantized.initializers.get(name));
    },
  );

  test('find a place for the correction in layers without a bias', () => {
    const graph = invertedResiduals('Relu', 'bare');
    const bare = {
      ...graph,
      nodes: graph.nodes.map((node) =>
        node.name === 'stem' ? { ...node, inputs: node.inputs.slice(0, 2) } : node,
      ),
    };
    const filled = withBiases(bare);
    expect(filled.initializers.get(layerNamed(filled, 'stem').inputs[2]!)!.data).toEqual(
      new Float32Array(8),
    );
    expect(withBiases(graph)).toEqual(graph);
  });
});

describe('segments', () => {
  test('compute each cut from the cuts before it, and say which nobody needs any more', () => {
    const graph = invertedResiduals('Relu', 'segments');
    const segments = segmentsOf(graph, [
      'stem',
      'first.expand',
      'first.depthwise',
      'first.project',
      'second.expand',
      'second.project',
      'third.expand',
    ]);
    expect(segments.map(({ inputs: used }) => used)).toEqual([
      ['image'],
      ['stem'],
      ['first.expand'],
      ['first.depthwise'],
      ['first.project'],
      ['second.expand'],
      expect.arrayContaining(['first.project', 'second.project']),
    ]);
    expect(segments[1]!.nodes.map((node) => node.name)).toEqual(['stem.act', 'first.expand']);
    expect(segments[4]!.finished).toEqual([]);
    expect([...segments[6]!.finished].sort()).toEqual([
      'first.project',
      'second.project',
      'third.expand',
    ]);
  });
});
