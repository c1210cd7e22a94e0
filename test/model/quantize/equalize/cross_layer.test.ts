/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { createRandom } from '../../../../common/random';
import { BadInputError } from '../../../../common/bad_input';
import { equalize, mostPasses } from '../../../../model/quantize/equalize/cross_layer';
import type { Graph } from '../../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor, int, ints } from '../../../../model/onnx/graph_builder';
import {
  invertedResiduals,
  layers,
  outputsOf,
  randomInputs,
  randomTensor,
  relativeError,
  scaledBadly,
  type Activation,
} from './networks';

function weightsOf(graph: Graph, name: string): readonly number[] {
  return Array.from(graph.initializers.get(name)!.data as Float32Array);
}

/** The largest magnitude of each output channel (rows) or input channel (columns) of [outputs, inputs, window]. */
function ranges(
  weights: readonly number[],
  [outputs, inputs]: readonly [number, number],
  side: 'rows' | 'columns',
): readonly number[] {
  const window = weights.length / outputs / inputs;
  const largest = Array.from({ length: side === 'rows' ? outputs : inputs }, () => 0);
  weights.forEach((weight, index) => {
    const channel =
      side === 'rows' ? Math.floor(index / window / inputs) : Math.floor(index / window) % inputs;
    largest[channel] = Math.max(largest[channel]!, Math.abs(weight));
  });
  return largest;
}

describe('cross-layer equalization', () => {
  test("scales two layers by s = sqrt(r1 / r2), and the first one's bias", () => {
    const builder = createGraphBuilder('pair');
    const add = layers(builder, createRandom('pair'), 'Relu');
    const hidden = add.active('act', add.conv('a', builder.input('x', [1, 3, 5, 5]), [4, 3, 3]), 4);
    const graph = builder.finish([
      { name: add.conv('b', hidden, [2, 4, 1]), elementType: 'float32', shape: null },
    ]);
    const { graph: equalized, chains } = equalize(graph, 1);
    expect(chains).toEqual([['a', 'b']]);
    const [r1, r2] = [
      ranges(weightsOf(graph, 'a.weight'), [4, 3], 'rows'),
      ranges(weightsOf(graph, 'b.weight'), [2, 4], 'columns'),
    ];
    const factors = r1.map((range, channel) => Math.sqrt(range / r2[channel]!));
    weightsOf(equalized, 'a.weight').forEach((weight, index) =>
      expect(weight).toBeCloseTo(
        weightsOf(graph, 'a.weight')[index]! / factors[Math.floor(index / 27)]!,
        6,
      ),
    );
    weightsOf(equalized, 'a.bias').forEach((bias, channel) =>
      expect(bias).toBeCloseTo(weightsOf(graph, 'a.bias')[channel]! / factors[channel]!, 6),
    );
    weightsOf(equalized, 'b.weight').forEach((weight, index) =>
      expect(weight).toBeCloseTo(weightsOf(graph, 'b.weight')[index]! * factors[index % 4]!, 6),
    );
    expect(weightsOf(equalized, 'b.bias')).toEqual(weightsOf(graph, 'b.bias'));
  });

  test("gives the three layers around a depthwise one the cube root of their ranges' product", () => {
    const graph = scaledBadly(invertedResiduals('Relu', 'triple'), 3, 'scales');
    const { graph: equalized, chains } = equalize(graph, mostPasses);
    expect(chains).toEqual([
      ['stem', 'first.expand'],
      ['first.expand', 'first.depthwise', 'first.project'],
      ['second.expand', 'second.depthwise', 'second.project'],
      ['third.expand', 'third.depthwise', 'third.project'],
      ['third.project', 'last'],
      ['last', 'classifier'],
    ]);
    const [r1, r2, r3] = (['expand', 'depthwise', 'project'] as const).map((layer) =>
      ranges(
        weightsOf(graph, `second.${layer}.weight`),
        layer === 'expand' ? [36, 12] : layer === 'depthwise' ? [36, 1] : [12, 36],
        layer === 'project' ? 'columns' : 'rows',
      ),
    );
    const after = ranges(weightsOf(equalized, 'second.depthwise.weight'), [36, 1], 'rows');
    after.forEach((range, channel) =>
      expect(range / Math.cbrt(r1![channel]! * r2![channel]! * r3![channel]!)).toBeCloseTo(1, 5),
    );
    ranges(weightsOf(equalized, 'second.expand.weight'), [36, 12], 'rows').forEach(
      (range, channel) => expect(range / after[channel]!).toBeCloseTo(1, 5),
    );
    ranges(weightsOf(equalized, 'second.project.weight'), [12, 36], 'columns').forEach(
      (range, channel) => expect(range / after[channel]!).toBeCloseTo(1, 5),
    );
  });

  test.each(['Relu', 'LeakyRelu', 'PRelu'] as const)(
    'leaves the function of a network with %s unchanged',
    async (activation: Activation) => {
      const graph = scaledBadly(invertedResiduals(activation, activation), 3, 'scales');
      const inputs = randomInputs(graph, 3, 'inputs');
      const { graph: equalized } = equalize(graph, mostPasses);
      expect(equalized).not.toEqual(graph);
      expect(
        relativeError(await outputsOf(graph, inputs), await outputsOf(equalized, inputs)),
      ).toBeLessThan(1e-5);
    },
  );

  test('balances all chains at once, though they share layers', () => {
    const { graph } = equalize(
      scaledBadly(invertedResiduals('Relu', 'shared'), 3, 'scales'),
      mostPasses,
    );
    const [out, into] = [
      ranges(weightsOf(graph, 'third.project.weight'), [16, 48], 'rows'),
      ranges(weightsOf(graph, 'last.weight'), [32, 16], 'columns'),
    ];
    out.forEach((range, channel) =>
      expect(Math.abs(Math.log(range / into[channel]!))).toBeLessThan(0.05),
    );
  });

  test('replaces the ReLU6 inside chains, and says which', async () => {
    const graph = invertedResiduals('Clip', 'clip');
    const { graph: equalized, unclipped } = equalize(graph, mostPasses);
    expect(unclipped).toContain('first.depthwise.act');
    expect(equalized.nodes.filter((node) => node.kind === 'Clip')).toEqual([]);
    expect([...equalized.initializers.keys()].filter((name) => name.endsWith('.max'))).toEqual([]);
    // No activation of these inputs reaches 6, so nothing but the clip's place has changed.
    const inputs = randomInputs(graph, 2, 'inputs').map((input) => input.map((value) => value / 4));
    expect(
      relativeError(await outputsOf(graph, inputs), await outputsOf(equalized, inputs)),
    ).toBeLessThan(1e-5);
  });

  test('goes from a convolution through pool and flatten into the pixels of a dense layer', async () => {
    const builder = createGraphBuilder('flattened');
    const add = layers(builder, createRandom('flattened'), 'Relu');
    const hidden = add.active('act', add.conv('a', builder.input('x', [1, 3, 8, 8]), [4, 3, 3]), 4);
    const flat = builder.node('flat', 'Flatten', [
      builder.node('pool', 'MaxPool', [hidden], { kernel_shape: ints(2, 2), strides: ints(2, 2) }),
    ]);
    const graph = scaledBadly(
      builder.finish([{ name: add.gemm('b', flat, 5, 64), elementType: 'float32', shape: null }]),
      3,
      'scales',
    );
    const { graph: equalized, chains } = equalize(graph, mostPasses);
    expect(chains).toEqual([['a', 'b']]);
    const inputs = randomInputs(graph, 3, 'inputs');
    expect(
      relativeError(await outputsOf(graph, inputs), await outputsOf(equalized, inputs)),
    ).toBeLessThan(1e-5);
  });

  test('handles groups and transposed convolutions', async () => {
    const builder = createGraphBuilder('groups');
    const add = layers(builder, createRandom('groups'), 'Relu');
    const random = createRandom('transposed');
    const grouped = add.active(
      'g.act',
      add.conv(
        'g',
        add.active('a.act', add.conv('a', builder.input('x', [1, 3, 4, 4]), [8, 3, 1]), 8),
        [12, 8, 3],
        4,
      ),
      12,
    );
    const constants = (
      name: string,
      shape: readonly number[],
      biases: number,
    ): readonly string[] => [
      builder.constant(`${name}.weight`, randomTensor(random, shape, 0.5)),
      builder.constant(`${name}.bias`, randomTensor(random, [biases], 0.5)),
    ];
    const up = builder.node(
      'up',
      'ConvTranspose',
      [grouped, ...constants('up', [12, 3, 2, 2], 6)],
      { group: int(2), strides: ints(2, 2), kernel_shape: ints(2, 2) },
    );
    const last = builder.node(
      'last',
      'ConvTranspose',
      [builder.node('up.act', 'Relu', [up]), ...constants('last', [6, 5, 1, 1], 5)],
      { kernel_shape: ints(1, 1) },
    );
    const graph = scaledBadly(
      builder.finish([{ name: last, elementType: 'float32', shape: null }]),
      3,
      'scales',
    );
    const { graph: equalized, chains } = equalize(graph, mostPasses);
    expect(chains).toEqual([
      ['a', 'g'],
      ['g', 'up'],
      ['up', 'last'],
    ]);
    const inputs = randomInputs(graph, 3, 'inputs');
    expect(
      relativeError(await outputsOf(graph, inputs), await outputsOf(equalized, inputs)),
    ).toBeLessThan(1e-5);
  });

  test('changes nothing where a tensor is an output, is read twice, or passes a curved activation', () => {
    const builder = createGraphBuilder('apart');
    const add = layers(builder, createRandom('apart'), 'Relu');
    const shown = add.active(
      'shown',
      add.conv('a', builder.input('x', [1, 4, 4, 4]), [4, 4, 1]),
      4,
    );
    const twice = add.active('twice', add.conv('b', shown, [4, 4, 1]), 4);
    const curved = builder.node('curved', 'Sigmoid', [add.conv('c', twice, [4, 4, 1])]);
    const sum = builder.node('sum', 'Add', [twice, add.conv('d', curved, [4, 4, 1])]);
    const graph = builder.finish(
      [shown, sum].map((name) => ({ name, elementType: 'float32' as const, shape: null })),
    );
    expect(equalize(graph, mostPasses)).toEqual({
      graph,
      chains: [],
      unclipped: [],
      rescaled: new Set(),
    });
  });

  test('leaves shared weights and dead channels alone', async () => {
    const builder = createGraphBuilder('shared');
    const weight = builder.constant('w', randomTensor(createRandom('w'), [4, 4, 1, 1], 1));
    const first = builder.node('a', 'Conv', [builder.input('x', [1, 4, 4, 4]), weight]);
    const shared = builder.finish([
      { name: builder.node('b', 'Conv', [first, weight]), elementType: 'float32', shape: null },
    ]);
    expect(equalize(shared, mostPasses).chains).toEqual([]);

    const graph = invertedResiduals('Relu', 'dead');
    const dead = weightsOf(graph, 'second.expand.weight').map((value, index) =>
      index < 12 ? value * 1e-9 : index < 24 ? 0 : value,
    );
    const initializers = new Map([
      ...graph.initializers,
      ['second.expand.weight', float32Tensor([36, 12, 1, 1], Float32Array.from(dead))] as const,
    ]);
    const { graph: equalized } = equalize({ ...graph, initializers }, mostPasses);
    expect(weightsOf(equalized, 'second.expand.bias').slice(0, 2)).toEqual(
      weightsOf(graph, 'second.expand.bias').slice(0, 2),
    );
    const inputs = randomInputs(graph, 2, 'inputs');
    expect(
      relativeError(
        await outputsOf({ ...graph, initializers }, inputs),
        await outputsOf(equalized, inputs),
      ),
    ).toBeLessThan(1e-5);
  });

  test('refuses a graph of unknown shapes', () => {
    const graph = invertedResiduals('Relu', 'dynamic');
    expect(() =>
      equalize(
        {
          ...graph,
          inputs: [{ name: 'image', elementType: 'float32', shape: ['batch', 3, 12, 12] }],
        },
        mostPasses,
      ),
    ).toThrow(BadInputError);
  });
});
