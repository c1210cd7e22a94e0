/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { createRandom } from '../../../common/random';
import { createGraphSession } from '../../../model/execute/graph_session';
import { piecesOf, type Piece } from '../../../model/execute/pieces';
import { createSession, type FloatTensor } from '../../../model/execute/session';
import type { Graph } from '../../../model/onnx/graph';
import {
  createGraphBuilder,
  float32Tensor,
  type GraphBuilder,
} from '../../../model/onnx/graph_builder';
import { inferShapes } from '../../../model/onnx/shapes/shape_inference';
import { writeOnnx } from '../../../model/onnx/write';
import { extremesOf } from '../../../model/quantize/ranges/extremes';
import { defaultQuantization } from '../../../model/quantize/options/options';
import { quantizeWithStatistics } from '../../../model/quantize/quantize';

const input: FloatTensor = {
  shape: [1, 4],
  data: Float32Array.from(
    { length: 4 },
    (
      (random) => () =>
        random.normal()
    )(createRandom('pieces')),
  ),
};

/** A chain in which the network's input, its first tensor and the one before last are read again. */
function chain(
  length: number,
  step: (builder: GraphBuilder, name: string, tensors: readonly string[]) => string,
): Graph {
  const builder = createGraphBuilder('chain');
  const tensors = [builder.input('x', [1, 4])];
  for (let index = 0; index < length; index += 1)
    tensors.push(step(builder, `n${String(index)}`, tensors));
  return builder.finish([{ name: tensors.at(-1) ?? '', elementType: 'float32', shape: [1, 4] }]);
}

function sums(length: number): Graph {
  return chain(length, (builder, name, tensors) =>
    builder.node(name, 'Tanh', [
      builder.node(`${name}/sum`, 'Add', [
        tensors.at(-1) ?? '',
        tensors[name.length % 2] ?? tensors[0] ?? '',
      ]),
    ]),
  );
}

function cut(graph: Graph, nodesEach: number): readonly Piece[] {
  const types = inferShapes(graph);
  if (!types.ok) throw new Error(types.error);
  return piecesOf(graph, types.value, nodesEach);
}

describe('pieces of a graph', () => {
  test('hold each node once, in order, and no more than was asked for', () => {
    const graph = sums(50);
    const pieces = cut(graph, 7);
    expect(pieces.flatMap((piece) => piece.graph.nodes)).toEqual(graph.nodes);
    expect(pieces.map((piece) => piece.graph.nodes.length)).toEqual([
      ...Array.from({ length: 14 }, () => 7),
      2,
    ]);
  });

  test('begin only where float32 tensors cross: integers stay with what makes floats of them again', () => {
    const graph = sums(20);
    const ranges = new Map(graph.nodes.map((node) => [node.outputs[0] ?? '', { min: -2, max: 2 }]));
    const pieces = cut(quantizeWithStatistics(graph, ranges, defaultQuantization), 3);
    expect(pieces.length).toBeGreaterThan(10);
    for (const { graph: piece } of pieces) {
      const made = new Set(
        piece.nodes.filter((node) => node.kind === 'QuantizeLinear').map((node) => node.outputs[0]),
      );
      for (const node of piece.nodes)
        if (node.kind === 'DequantizeLinear')
          expect(made.has(node.inputs[0]) || piece.initializers.has(node.inputs[0] ?? '')).toBe(
            true,
          );
    }
  });

  test('grow in number, and not in size, with the graph', () => {
    const operands = (graph: Graph): number =>
      cut(graph, 100).reduce(
        (sum, { graph: piece, finished }) =>
          sum +
          piece.inputs.length +
          piece.outputs.length +
          piece.initializers.size +
          finished.length,
        0,
      );
    expect(operands(sums(4000)) / operands(sums(1000))).toBeLessThan(4.2);
  });
});

describe('a session of a graph of thousands of nodes', () => {
  test('computes what the graph does in one piece', async () => {
    const graph = {
      ...sums(1500),
      outputs: ['n3', 'n700', 'n1499'].map((name) => ({
        name,
        elementType: 'float32' as const,
        shape: null,
      })),
    };
    const [pieces, whole] = [
      await createGraphSession(graph),
      await createSession(writeOnnx(graph)),
    ];
    expect(pieces.outputNames).toEqual(['n3', 'n700', 'n1499']);
    expect(await pieces.run(new Map([['x', input]]))).toEqual(
      await whole.run(new Map([['x', input]])),
    );
    await pieces.release();
    await whole.release();
  });
});

describe('the nodes that look for extremes', () => {
  test('stand right behind what they look at, and are joined by the dozen', () => {
    const graph = sums(500);
    const { graph: extended } = extremesOf(
      graph,
      graph.nodes.flatMap((node) => node.outputs),
    );
    const places = new Map(
      extended.nodes.flatMap((node, index) =>
        node.outputs.map((output) => [output, index] as const),
      ),
    );
    for (const [index, node] of extended.nodes.entries()) {
      if (node.kind === 'Reshape') expect(index - (places.get(node.inputs[0] ?? '') ?? -1)).toBe(1);
      if (node.kind === 'Concat') expect(node.inputs.length).toBeLessThanOrEqual(65);
    }
    expect(extended.nodes.filter((node) => node.kind === 'ReduceMax')).toHaveLength(1000);
  });

  test('find what a concatenation of all would', async () => {
    const graph = chain(30, (builder, name, tensors) =>
      builder.node(name, 'Mul', [
        tensors.at(-1) ?? '',
        builder.constant(`${name}.by`, float32Tensor([], Float32Array.of(-1.1))),
      ]),
    );
    const extremes = extremesOf(graph, ['x', 'n0', 'n29']);
    const session = await createGraphSession(extremes.graph);
    extremes.take(input, await session.run(new Map([['x', input]])));
    await session.release();
    const of = (factor: number): { min: number; max: number } => ({
      min: Math.min(0, ...input.data.map((value) => value * factor)),
      max: Math.max(0, ...input.data.map((value) => value * factor)),
    });
    for (const [tensor, factor] of [
      ['x', 1],
      ['n0', -1.1],
      ['n29', 1.1 ** 30],
    ] as const) {
      expect(extremes.ranges().get(tensor)?.min).toBeCloseTo(of(factor).min, 4);
      expect(extremes.ranges().get(tensor)?.max).toBeCloseTo(of(factor).max, 4);
    }
  });
});
