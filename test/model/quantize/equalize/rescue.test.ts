/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { absorbHighBiases } from '../../../../model/quantize/equalize/absorb_bias';
import { withBiases } from '../../../../model/quantize/equalize/bias';
import { correctBiasesAnalytically } from '../../../../model/quantize/equalize/bias_correction';
import { equalize, mostPasses } from '../../../../model/quantize/equalize/cross_layer';
import { correctBiasesEmpirically } from '../../../../model/quantize/equalize/empirical_correction';
import type { Graph } from '../../../../model/onnx/graph';
import {
  defaultQuantization,
  type QuantizationOptions,
} from '../../../../model/quantize/options/options';
import { quantizeGraph } from '../../../../model/quantize/quantize';
import { signalToNoiseDb } from '../signal_to_noise';
import { invertedResiduals, outputsOf, randomInputs, relativeError, scaledBadly } from './networks';

const perTensor: QuantizationOptions = { ...defaultQuantization, weightsPer: 'tensor' };
const sound = invertedResiduals('Relu', 'rescue');
/** Channel scales over three decades, as in trained MobileNetV2 after batch-norm folding. */
const float = scaledBadly(sound, 3, 'scales');
const samples = randomInputs(float, 16, 'samples');
const feeds = samples.map((data) => new Map([['image', { shape: [1, 3, 12, 12], data }]]));

function quantized(graph: Graph): Promise<Graph> {
  return quantizeGraph(graph, { kind: 'given', samples }, perTensor);
}

/** Against the float network, on inputs that were not calibrated on. */
async function outputSnr(graph: Graph): Promise<number> {
  const others = randomInputs(float, 16, 'others');
  return signalToNoiseDb(await outputsOf(float, others), await outputsOf(graph, others));
}

describe('a network of badly scaled channels, quantized with one scale per weight tensor', () => {
  test('computes the same as its sound twin in floating point', async () => {
    const inputs = randomInputs(float, 2, 'others');
    expect(
      relativeError(await outputsOf(sound, inputs), await outputsOf(float, inputs)),
    ).toBeLessThan(1e-5);
  });

  test('is rescued by equalization and bias correction, by far more than 10 dB', async () => {
    const plain = await outputSnr(await quantized(float));
    expect(plain).toBeLessThan(10);
    const equalized = withBiases(equalize(float, mostPasses).graph);
    const rounded = await quantized(equalized);
    expect(await outputSnr(rounded)).toBeGreaterThan(plain + 25);
    const pair = { float: equalized, quantized: rounded };
    const [empirical, analytic] = [
      await correctBiasesEmpirically(pair, feeds),
      await correctBiasesAnalytically(pair, feeds),
    ];
    for (const { graph } of [empirical, analytic])
      expect(await outputSnr(graph)).toBeGreaterThan((await outputSnr(rounded)) + 1);
  });

  test('gains by absorption of high biases too', async () => {
    const equalized = withBiases(equalize(float, mostPasses).graph);
    const { graph } = await absorbHighBiases(equalized, feeds);
    expect(await outputSnr(await quantized(graph))).toBeGreaterThan(
      await outputSnr(await quantized(equalized)),
    );
  });

  test('gains by bias correction alone, where equalization cannot go', async () => {
    const plain = await quantized(withBiases(float));
    const { graph } = await correctBiasesEmpirically({ float, quantized: plain }, feeds);
    expect(await outputSnr(graph)).toBeGreaterThan((await outputSnr(plain)) + 10);
  });
});
