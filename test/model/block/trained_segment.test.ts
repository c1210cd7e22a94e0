/** @jest-environment ./test/model/onnxruntime_environment.ts */
import fc from 'fast-check';
import type { Layer } from '../../../model/block/layer';
import { trainedSegmentGraph, type TrainedWeights } from '../../../model/block/trained_segment';
import { createGraphSession } from '../../../model/execute/graph_session';

const epsilon = 1e-5;
const conv = { kernel: 1, stride: 1, padding: 0, groups: 1, gain: 1, channels: 2 };
const number = fc.double({ min: -3, max: 3, noNaN: true });
const pair = fc.tuple(number, number);

describe('a trained segment as a graph', () => {
  it('computes convolution and normalization by running statistics, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          weight: fc.tuple(pair, pair),
          scale: pair,
          shift: pair,
          mean: pair,
          variance: fc.tuple(
            fc.double({ min: 0, max: 4, noNaN: true }),
            fc.double({ min: 0.1, max: 4, noNaN: true }),
          ),
          x: pair,
        }),
        async ({ weight, scale, shift, mean, variance, x }) => {
          const weights = named({
            'conv.weight': [[2, 2, 1, 1], weight.flat()],
            'bn.scale': [[2], scale],
            'bn.shift': [[2], shift],
            'bn.mean': [[2], mean],
            'bn.variance': [[2], variance],
          });
          const expected = weight.map(([first, second], channel) => {
            const convolved = first * x[0] + second * x[1];
            const deviation = Math.sqrt(variance[channel]! + epsilon);
            return (scale[channel]! * (convolved - mean[channel]!)) / deviation + shift[channel]!;
          });
          const output = await run(normalized, weights, { shape: [1, 2, 1, 1], data: x });
          // What cancels between factor and offset is as large as they are.
          const size = weight.map(
            (row, channel) =>
              (Math.abs(scale[channel]!) * (Math.hypot(...row) * 5 + Math.abs(mean[channel]!))) /
              Math.sqrt(variance[channel]! + epsilon),
          );
          output.forEach((value, channel) => {
            expect(Math.abs(value - expected[channel]!)).toBeLessThan(
              1e-5 * (1 + size[channel]! + Math.abs(shift[channel]!)),
            );
          });
        },
      ),
      { numRuns: 25 },
    );
  });

  it('takes a factor behind a dense layer into its weight and its bias', async () => {
    const layers: readonly Layer[] = [
      { kind: 'dense', name: 'fc', input: 'input', channels: 2, gain: 1 },
      { kind: 'multiply', name: 'half', input: 'fc', factor: 0.5 },
    ];
    const weights = named({
      'fc.weight': [
        [2, 2],
        [1, 2, 3, 4],
      ],
      'fc.bias': [[2], [10, 20]],
    });
    expect(await run(layers, weights, { shape: [1, 2], data: [1, 1] })).toEqual([6.5, 13.5]);
  });

  it('has no node for what folds, and its input and output under the segment’s name', () => {
    const layers: readonly Layer[] = [
      ...normalized,
      { kind: 'activation', name: 'act', input: 'bn', function: 'relu' },
    ];
    const graph = trainedSegmentGraph(segmentOf(layers), [1, 2, 5, 5], neutral());
    expect(graph.nodes.map(({ kind }) => kind)).toEqual(['Conv', 'Relu']);
    expect(graph.inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['tiny.input', [1, 2, 5, 5]],
    ]);
    expect(graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['tiny.act', [1, 2, 5, 5]],
    ]);
  });

  it('does not change the trained weights', () => {
    const weights = neutral();
    const before = structuredClone(weights);
    trainedSegmentGraph(segmentOf(normalized), [1, 2, 5, 5], weights);
    expect(weights).toEqual(before);
  });

  it('is not made of weights that lack one', () => {
    const weights = new Map([...neutral()].filter(([name]) => name !== 'bn.mean'));
    expect(() => trainedSegmentGraph(segmentOf(normalized), [1, 2, 5, 5], weights)).toThrow(
      'bn.mean',
    );
  });
});

const normalized: readonly Layer[] = [
  { kind: 'conv', name: 'conv', input: 'input', bias: false, ...conv },
  { kind: 'batchNorm', name: 'bn', input: 'conv', gain: 1 },
];

type Tensors = Readonly<Record<string, readonly [readonly number[], readonly number[]]>>;

function named(tensors: Tensors): TrainedWeights {
  return new Map(
    Object.entries(tensors).map(([name, [shape, data]]) => [
      name,
      { shape, data: Float32Array.from(data) },
    ]),
  );
}

function neutral(): TrainedWeights {
  return named({
    'conv.weight': [
      [2, 2, 1, 1],
      [1, 0, 0, 1],
    ],
    'bn.scale': [[2], [1, 1]],
    'bn.shift': [[2], [0, 0]],
    'bn.mean': [[2], [0, 0]],
    'bn.variance': [[2], [1, 1]],
  });
}

function segmentOf(layers: readonly Layer[]): Parameters<typeof trainedSegmentGraph>[0] {
  return { name: 'tiny', layers, output: layers.at(-1)!.name };
}

async function run(
  layers: readonly Layer[],
  weights: TrainedWeights,
  { shape, data }: { readonly shape: readonly number[]; readonly data: readonly number[] },
): Promise<readonly number[]> {
  const graph = trainedSegmentGraph(segmentOf(layers), shape, weights);
  const session = await createGraphSession(graph);
  try {
    const outputs = await session.run(
      new Map([['tiny.input', { shape, data: Float32Array.from(data) }]]),
    );
    return [...outputs.get(graph.outputs[0]!.name)!.data];
  } finally {
    await session.release();
  }
}
