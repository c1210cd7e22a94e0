/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { createRandom } from '../../../../common/random';
import { certainShift } from '../../../../model/quantize/equalize/empirical_correction';
import { divideSamples, outputSqnrDb } from '../../../../model/quantize/equalize/held_out';
import type { Feeds } from '../../../../model/quantize/equalize/moments';
import type { Graph } from '../../../../model/onnx/graph';
import { createGraphBuilder } from '../../../../model/onnx/graph_builder';
import { defaultQuantization } from '../../../../model/quantize/options/options';
import {
  quantizePostTraining,
  type QuantizedNetwork,
} from '../../../../model/quantize/post_training';
import { invertedResiduals, layers, randomInputs } from './networks';

const network = invertedResiduals('Clip', 'network');
const [{ name, shape }] = network.inputs as [(typeof network.inputs)[number]];
const feedsOf = (samples: readonly Float32Array[]): readonly Feeds[] =>
  samples.map((data) => new Map([[name, { shape: shape!.map(Number), data }]]));

/** Dense layers of one pixel, so that each sample has one error of a channel. */
function onePixel(): Graph {
  const builder = createGraphBuilder('one pixel');
  const random = createRandom('one pixel');
  const add = layers(builder, random, 'Relu');
  const first = add.active(
    'active',
    add.conv('first', builder.input('x', [1, 32, 1, 1]), [32, 32, 1]),
    32,
  );
  return builder.finish([
    { name: add.conv('second', first, [32, 32, 1]), elementType: 'float32', shape: [1, 32, 1, 1] },
  ]);
}

async function quantized(
  samples: readonly Float32Array[],
  biasCorrection: 'empirical' | 'analytic' | null,
  graph = network,
): Promise<QuantizedNetwork> {
  const calibration = {
    data: { kind: 'given', samples },
    method: { kind: 'min-max' },
    threads: 1,
    onSample: () => undefined,
  } as const;
  return quantizePostTraining(graph, {
    options: { ...defaultQuantization, weightsPer: 'tensor' },
    calibration,
    equalize: false,
    biasCorrection,
    given: null,
  });
}

describe('a mean error', () => {
  const errors = (...values: number[]): readonly Float64Array[] =>
    values.map((value) => Float64Array.of(value));

  test('is taken off as it is where all samples agree on it', () => {
    expect([...certainShift(errors(0.5, 0.5, 0.5))]).toEqual([0.5]);
  });

  test('is taken off less what chance has in it', () => {
    // Mean 2, squared standard error ((1 + 1) / 1) / 2 = 1: a quarter of its square is chance.
    expect(certainShift(errors(1, 3))[0]).toBeCloseTo(2 * (1 - 1 / 4), 12);
  });

  test('is left where it is all chance', () => {
    expect([...certainShift(errors(-1, 1.1, -0.9, 1))]).toEqual([0]);
  });
});

describe('samples', () => {
  test('are divided so that each fourth judges', () => {
    const samples = feedsOf(randomInputs(network, 9, 'divided'));
    const { learned, heldOut } = divideSamples(samples);
    expect(heldOut).toEqual([samples[1], samples[5]]);
    expect(new Set([...learned, ...heldOut])).toEqual(new Set(samples));
  });
});

describe.each(['empirical', 'analytic'] as const)('%s bias correction', (kind) => {
  test('is kept where held-out samples gain', async () => {
    const samples = randomInputs(network, 16, 'gain');
    const [plain, corrected] = [await quantized(samples, null), await quantized(samples, kind)];
    expect(corrected.remarks).toEqual([
      expect.stringMatching(/^corrected the biases of \d+ layers$/),
    ]);
    const others = feedsOf(randomInputs(network, 16, 'others'));
    expect(await outputSqnrDb(network, corrected.quantized, others)).toBeGreaterThan(
      await outputSqnrDb(network, plain.quantized, others),
    );
  });

  test('is dropped, and said to be, where there is nothing to judge it by', async () => {
    const samples = randomInputs(network, 1, 'one');
    const { quantized: graph, remarks } = await quantized(samples, kind);
    expect(remarks).toEqual([
      'kept the biases: to correct them takes two calibration samples, one of them to judge by',
    ]);
    expect([...graph.initializers.values()]).toEqual([
      ...(await quantized(samples, null)).quantized.initializers.values(),
    ]);
  });
});

describe('empirical bias correction', () => {
  test('is dropped, and said to be, where held-out samples lose: what was learned from one image does not hold for others', async () => {
    const [one, first, second] = randomInputs(onePixel(), 3, 'lose') as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const samples = [one, first, one, one, one, second, one, one];
    const { quantized: graph, remarks } = await quantized(samples, 'empirical', onePixel());
    expect(remarks).toEqual([
      expect.stringMatching(
        /^kept the biases: corrected ones give -?[\d.]+ dB on 2 held-out samples, the network's own -?[\d.]+ dB$/,
      ),
    ]);
    expect([...graph.initializers.values()]).toEqual([
      ...(await quantized(samples, null, onePixel())).quantized.initializers.values(),
    ]);
  });
});
