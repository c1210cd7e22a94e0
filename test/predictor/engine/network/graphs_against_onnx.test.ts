/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { BadInputError } from '../../../../common/bad_input';
import { elementCount, type Graph, type Tensor } from '../../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor } from '../../../../model/onnx/graph_builder';
import { createReference } from '../../../../model/zoo/reference';
import type { TrainingEngine, LossTarget, NamedValues } from '../../../../predictor/engine/engine';
import { randomValues, relativeDifference, runOnnx, testEngine, toOnnx } from './network_lab';

const tolerance = 1e-4;
/** Sums of thousands of products in another order, layer after layer. */
const deepTolerance = 1e-3;
const imageSize = [32, 32] as const;
const classes = 4;

describe('the trainable reading of graphs', () => {
  let engine: TrainingEngine;

  beforeAll(async () => {
    engine = await testEngine();
  });

  test.each([
    ['mobilenetv2', 0.35],
    ['efficientnet-b0', 1],
    ['resnet50', 1],
    ['deit-tiny', 1],
  ] as const)(
    'computes what ONNX Runtime computes of each image, for all of %s',
    async (name, widthMultiplier) => {
      const graph = createReference(name, { imageSize, classes, widthMultiplier });
      const network = engine.createNetwork([{ kind: 'graph', name, graph }]);
      const images = randomValues([2, ...imageSize, 3], name);
      const output = network.infer(images);
      network.close();
      expect(output.shape).toEqual([2, classes]);
      expect(relativeDifference(output.data, await runOnnx(graph, images))).toBeLessThan(
        deepTolerance,
      );
    },
    60_000,
  );

  it('gives back untrained weights to the bit, under the names and in the shapes of the graph', () => {
    const graph = smallReference();
    const network = engine.createNetwork([{ kind: 'graph', name: 'net', graph }]);
    const weights = network.weightsOf('net');
    network.close();
    const convolutions = graph.nodes.filter(({ kind }) => kind === 'Conv');
    expect(weights.size).toBeGreaterThanOrEqual(2 * convolutions.length);
    for (const [name, { data, shape }] of weights) {
      const initializer = graph.initializers.get(name);
      expect(initializer?.shape).toEqual(shape);
      expect(
        Buffer.from(data.buffer, data.byteOffset, data.byteLength).equals(bytesOf(initializer)),
      ).toBe(true);
    }
  });

  it.each(['mobilenetv2', 'deit-tiny'] as const)(
    'gives weights of a trained %s with which ONNX Runtime computes what the network infers',
    async (name) => {
      const graph = smallReference(name);
      const network = engine.createNetwork([{ kind: 'graph', name, graph }]);
      const images = randomValues([2, ...imageSize, 3], 'images');
      const training = network.train({
        kind: 'adam',
        weightDecay: 0,
        clipNorm: null,
        trainedParts: [name],
        quantizationAware: false,
      });
      for (let step = 0; step < 2; step += 1) training.step(images, target, 1e-3);
      training.close();
      const trained = network.weightsOf(name);
      const output = network.infer(images);
      network.close();
      expect(movedNames(graph, trained).length).toBeGreaterThan(0.9 * trained.size);
      const expected = await runOnnx(withWeights(graph, trained), images);
      expect(relativeDifference(output.data, expected)).toBeLessThan(deepTolerance);
      expect(relativeDifference(output.data, await runOnnx(graph, images))).toBeGreaterThan(
        10 * deepTolerance,
      );
    },
    60_000,
  );

  it('joins parts: a graph in two pieces answers what it answers whole', () => {
    const first = chain('first', 'Relu');
    const second = chain('second', 'Sigmoid');
    const x = randomValues([3, 4, 5, 2], 'x');
    const joined = engine.createNetwork([
      { kind: 'graph', name: 'first', graph: first },
      { kind: 'graph', name: 'second', graph: second },
    ]);
    const [between, last] = joined.inferParts(x);
    expect(joined.infer(x)).toEqual(last);
    joined.close();
    x.data.forEach((value, index) => {
      expect(between?.data[index]).toBe(Math.max(0, value));
      expect(last?.data[index]).toBeCloseTo(1 / (1 + Math.exp(-Math.max(0, value))), 5);
    });
  });

  it('refuses an operator that it cannot train through, by its name and its node’s', () => {
    const graph = chain('odd', 'InstanceNormalization');
    const create = (): unknown =>
      engine.createNetwork([{ kind: 'graph', name: 'the head', graph }]);
    expect(create).toThrow(BadInputError);
    expect(create).toThrow(/the head .*InstanceNormalization of node 'odd'/);
  });

  it('is exact to single precision for one activation', async () => {
    const graph = chain('gate', 'HardSwish');
    const network = engine.createNetwork([{ kind: 'graph', name: 'gate', graph }]);
    const x = randomValues([2, 4, 5, 2], 'x', 3);
    const data = toOnnx(network.infer(x));
    network.close();
    expect(relativeDifference(data, await runOnnx(graph, x))).toBeLessThan(tolerance);
  });
});

const target: LossTarget = {
  kind: 'labels',
  labels: Int32Array.of(1, 3),
  teacherLogits: undefined,
  distillationShare: 0,
  temperature: 1,
};

function smallReference(name: 'mobilenetv2' | 'deit-tiny' = 'mobilenetv2'): Graph {
  return createReference(name, { imageSize, classes, widthMultiplier: 0.35 });
}

/** An image of two channels through one operator, which is named as the graph. */
function chain(name: string, kind: string): Graph {
  const builder = createGraphBuilder(name);
  const shape = [1, 2, 4, 5];
  const vectors =
    kind === 'InstanceNormalization'
      ? ['scale', 'shift'].map((role) =>
          builder.constant(role, float32Tensor([2], Float32Array.of(1, 1))),
        )
      : [];
  builder.node(name, kind, [builder.input('x', shape), ...vectors]);
  return builder.finish([{ name, elementType: 'float32', shape }]);
}

function bytesOf(tensor: Tensor | undefined): Buffer {
  const data = tensor?.elementType === 'float32' ? tensor.data : new Float32Array(0);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function withWeights(graph: Graph, weights: NamedValues): Graph {
  const initializers = new Map(graph.initializers);
  for (const [name, { data, shape }] of weights) {
    expect(data).toHaveLength(elementCount(shape));
    initializers.set(name, float32Tensor(shape, data));
  }
  return { ...graph, initializers };
}

function movedNames(graph: Graph, trained: NamedValues): readonly string[] {
  return [...trained].flatMap(([name, { data }]) => {
    const before = graph.initializers.get(name)?.data;
    return data.some((value, index) => value !== before?.[index]) ? [name] : [];
  });
}
