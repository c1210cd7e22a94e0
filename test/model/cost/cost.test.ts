/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { buildCandidate } from '../../../model/build';
import type { NetworkCost } from '../../../model/cost/network_cost';
import { peakActivationBytes } from '../../../model/cost/peak_memory';
import { inspectModel } from '../../../model/inspect/inspect';
import { parseCell } from '../../../model/nasbench201/cell';
import { cifarShape, createNetwork } from '../../../model/nasbench201/network';
import { createGraphBuilder, float32Tensor, int, ints } from '../../../model/onnx/graph_builder';
import type { Graph } from '../../../model/onnx/graph';
import { writeOnnx } from '../../../model/onnx/write';
import { foldBatchNorm } from '../../../model/canonical/passes/fold_batch_norm';
import { quantizeGraph } from '../../../model/quantize/quantize';
import { smallClassifier } from '../tflite/small_classifier';
import { writeFixture } from '../tflite/tflite_file';

function costOf(bytes: Uint8Array): NetworkCost {
  const summary = inspectModel(bytes);
  if (!summary.ok) throw new Error(summary.error);
  return summary.value.cost;
}

/** conv 3>8 with stride 2 (biased), ReLU, depthwise; and a convolution that nothing reads. */
function smallGraph(): Graph {
  const builder = createGraphBuilder('small');
  const image = builder.input('image', [1, 3, 10, 10]);
  const weight = (name: string, ...shape: number[]): string =>
    builder.constant(
      name,
      float32Tensor(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.1)),
    );
  const conv = builder.node('conv', 'Conv', [image, weight('w1', 8, 3, 3, 3), weight('b1', 8)], {
    strides: ints(2, 2),
    pads: ints(1, 1, 1, 1),
  });
  builder.node('dead', 'Conv', [image, weight('w2', 64, 3, 3, 3)]);
  const relu = builder.node('relu', 'Relu', [conv]);
  const depthwise = builder.node('depthwise', 'Conv', [relu, weight('w3', 8, 1, 3, 3)], {
    group: int(8),
    pads: ints(1, 1, 1, 1),
  });
  return builder.finish([{ name: depthwise, elementType: 'float32', shape: [1, 8, 5, 5] }]);
}

describe('the cost of an ONNX graph', () => {
  test('agrees with a count by hand, without dead code', () => {
    const cost = costOf(writeOnnx(smallGraph()));
    expect(cost.operators).toEqual([
      {
        name: 'conv',
        kind: 'Conv',
        macs: 8 * 5 * 5 * 27,
        weightBytes: 4 * (216 + 8),
        inputBytes: 1200,
        outputBytes: 800,
        quantized: false,
      },
      {
        name: 'relu',
        kind: 'Relu',
        macs: 0,
        weightBytes: 0,
        inputBytes: 800,
        outputBytes: 800,
        quantized: false,
      },
      {
        name: 'depthwise',
        kind: 'Conv',
        macs: 8 * 5 * 5 * 9,
        weightBytes: 4 * 72,
        inputBytes: 800,
        outputBytes: 800,
        quantized: false,
      },
    ]);
    expect(cost.macs).toBe(5400 + 1800);
    expect(cost.parameterBytes).toBe(4 * (216 + 8 + 72));
    expect(cost.peakActivationBytes).toBe(1200 + 800);
  });

  test('in 8 bits counts integers, and fuses activations, and conversions but those at the edges', async () => {
    const cost = costOf(
      writeOnnx(await quantizeGraph(smallGraph(), { kind: 'generated', seed: 1, samples: 1 })),
    );
    expect(
      cost.operators.map(({ kind, macs, weightBytes, inputBytes, outputBytes, quantized }) => [
        kind,
        macs,
        weightBytes,
        inputBytes,
        outputBytes,
        quantized,
      ]),
    ).toEqual([
      ['QuantizeLinear', 0, 4 + 1, 1200, 300, false],
      ['Conv', 5400, 216 + 32, 300, 200, true],
      ['Conv', 1800, 72, 200, 200, true],
      ['DequantizeLinear', 0, 4 + 1, 200, 800, false],
    ]);
    expect(cost.macs).toBe(7200);
  });

  test('of a benchmark cell is that of the paper plus the normalization before the head', async () => {
    const { summary } = await buildCandidate({
      space: 'nasbench201',
      architecture: '111111',
      seed: 1,
      calibration: { kind: 'generated', seed: 1, samples: 1 },
    });
    const float = writeOnnx(foldBatchNorm(createNetwork(parseCell('111111'), 1, cifarShape)));
    expect(summary.cost.macs).toBe(7_783_050 - 10 + 64 * 8 * 8);
    expect(costOf(float).macs).toBe(summary.cost.macs);
    expect(summary.cost.parameterBytes).toBeLessThan(costOf(float).parameterBytes / 3.5);
  });
});

test('the cost of a TFLite file agrees with a count by hand', () => {
  const cost = costOf(writeFixture(smallClassifier()));
  expect(
    cost.operators.map(({ kind, macs, weightBytes, inputBytes, outputBytes, quantized }) => [
      kind,
      macs,
      weightBytes,
      inputBytes,
      outputBytes,
      quantized,
    ]),
  ).toEqual([
    ['CONV_2D', 64 * 27, 108 + 16, 192, 64, true],
    ['DEPTHWISE_CONV_2D', 64 * 9, 36 + 16, 64, 64, true],
    ['ADD', 0, 0, 128, 64, true],
    ['AVERAGE_POOL_2D', 0, 0, 64, 4, true],
    ['FULLY_CONNECTED', 20, 20 + 20, 4, 5, true],
    ['SOFTMAX', 0, 0, 5, 5, true],
  ]);
  expect(cost.parameterBytes).toBe(124 + 52 + 40);
  expect(cost.peakActivationBytes).toBe(192 + 64);
});

test('peak memory counts tensors from their making to their last reader', () => {
  const steps = [
    { reads: ['x'], makes: ['a'] },
    { reads: ['a'], makes: ['b'] },
    { reads: ['a', 'b'], makes: ['c'] },
    { reads: ['c'], makes: ['y'] },
  ];
  const sizes = new Map([
    ['x', 10],
    ['a', 20],
    ['b', 5],
    ['c', 1],
    ['y', 2],
  ]);
  expect(peakActivationBytes(steps, sizes, new Set(['y']))).toBe(30);
  expect(peakActivationBytes(steps, new Map([...sizes, ['b', 50]]), new Set(['y']))).toBe(71);
});
