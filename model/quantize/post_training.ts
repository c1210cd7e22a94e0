import { BadInputError } from '../../common/bad_input';
import type { AimetEncodings } from './aimet/aimet_encoding';
import { applyAimet } from './aimet/apply_aimet';
import { absorbHighBiases } from './equalize/absorb_bias';
import { withBiases } from './equalize/bias';
import { correctBiasesAnalytically } from './equalize/bias_correction';
import { equalize, mostPasses, type EqualizedGraph } from './equalize/cross_layer';
import { correctBiasesEmpirically } from './equalize/empirical_correction';
import { divideSamples, outputSqnrDb } from './equalize/held_out';
import type { Feeds } from './equalize/moments';
import type { Graph } from '../onnx/graph';
import { onlyInput, type Calibration } from './ranges/calibrate';
import { samplesOf, type CalibrationData } from './ranges/calibration_data';
import type { NetworkEncodings } from './encoding/encoding';
import { insertQdq } from './insertion/insert_qdq';
import { encodingsFromRanges } from './choice/network_encodings';
import { activationTypeOf, type QuantizationOptions } from './options/options';
import { measureRanges, planQuantization } from './quantize';

export const biasCorrections = ['empirical', 'analytic'] as const;

/** All that can be done to a network on its way to integers. */
export interface PostTraining {
  readonly options: QuantizationOptions;
  readonly calibration: Omit<Calibration, 'elementType'>;
  /** Balance the channels of consecutive layers and absorb high biases beforehand. */
  readonly equalize: boolean;
  readonly biasCorrection: (typeof biasCorrections)[number] | null;
  /** Encodings of a file, which go before those of the calibration. */
  readonly given: { readonly file: string; readonly encodings: AimetEncodings } | null;
}

export interface QuantizedNetwork {
  /** The float network that was quantized: equalized, if that was asked for. */
  readonly float: Graph;
  /** Tensors between equalized layers: their channels are not on the scale that the given network has them on. */
  readonly rescaled: ReadonlySet<string>;
  readonly quantized: Graph;
  readonly encodings: NetworkEncodings;
  /** What a user should hear, a line each. */
  readonly remarks: readonly string[];
}

/** Means of activations need few samples, and these are kept in memory. */
const mostMomentSamples = 16;

/** A mean error is known the better the more samples there are: behind a global pool each gives one value of a channel. */
const mostCorrectionSamples = 64;

/** Quantizes a canonical float graph by its calibration data. @throws BadInputError for what cannot be quantized, or data that does not fit */
export async function quantizePostTraining(
  graph: Graph,
  plan: PostTraining,
): Promise<QuantizedNetwork> {
  const remarks: string[] = [];
  // A layer without a bias would have no place for what is taken off or absorbed.
  const start = plan.equalize || plan.biasCorrection !== null ? withBiases(graph) : graph;
  const { graph: float, rescaled } = plan.equalize
    ? await equalized(start, plan, remarks)
    : { graph: start, rescaled: new Set<string>() };
  const placement = planQuantization(float, plan.options);
  const ranges = await measureRanges(float, plan.calibration, plan.options);
  const measured = encodingsFromRanges(float, placement, { ranges, options: plan.options });
  const encodings =
    plan.given === null
      ? measured
      : withGiven(
          plan.given,
          {
            graph: float,
            placement,
            encodings: measured,
            activationType: activationTypeOf(plan.options.precision),
          },
          remarks,
        );
  const quantized = insertQdq(float, encodings);
  return {
    float,
    rescaled,
    quantized:
      plan.biasCorrection === null
        ? quantized
        : await corrected({ float, quantized }, plan, remarks),
    encodings,
    remarks,
  };
}

async function equalized(
  graph: Graph,
  plan: PostTraining,
  remarks: string[],
): Promise<Pick<EqualizedGraph, 'graph' | 'rescaled'>> {
  const { graph: balanced, chains, rescaled, unclipped } = equalize(graph, mostPasses);
  remarks.push(
    `equalized ${String(chains.length)} chains of layers${unclipped.length === 0 ? '' : `; ${String(unclipped.length)} clipped activations became Relu`}`,
  );
  const { graph: absorbed, absorbed: layers } = await absorbHighBiases(
    balanced,
    await momentSamples(graph, plan.calibration.data, mostMomentSamples),
  );
  if (layers.length > 0) remarks.push(`absorbed high biases of ${String(layers.length)} layers`);
  return { graph: absorbed, rescaled };
}

function withGiven(
  { file, encodings: given }: NonNullable<PostTraining['given']>,
  target: Parameters<typeof applyAimet>[1],
  remarks: string[],
): NetworkEncodings {
  const applied = applyAimet(given, target);
  if (!applied.ok) throw new BadInputError(`${file}: ${applied.error}`);
  const { encodings, unmatched, missing, overruled } = applied.value;
  const remark = (names: readonly string[], what: string): void => {
    if (names.length > 0)
      remarks.push(
        `${String(names.length)} ${what}: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`,
      );
  };
  remark(unmatched, 'names in the encodings file are of no quantized tensor');
  remark(missing, 'tensors are not in the encodings file and keep their calibrated encodings');
  remark(overruled, 'encodings were overruled by what the target fixes');
  return encodings;
}

/** With other biases if that brings held-out samples nearer to the float network, else as it was. */
async function corrected(
  pair: { readonly float: Graph; readonly quantized: Graph },
  plan: PostTraining,
  remarks: string[],
): Promise<Graph> {
  const { learned, heldOut } = divideSamples(
    await momentSamples(pair.float, plan.calibration.data, mostCorrectionSamples),
  );
  if (heldOut.length === 0) {
    remarks.push(
      'kept the biases: to correct them takes two calibration samples, one of them to judge by',
    );
    return pair.quantized;
  }
  const { graph, corrected: layers } = await (plan.biasCorrection === 'empirical'
    ? correctBiasesEmpirically(pair, learned)
    : correctBiasesAnalytically(pair, learned));
  const [before, after] = [
    await outputSqnrDb(pair.float, pair.quantized, heldOut),
    await outputSqnrDb(pair.float, graph, heldOut),
  ];
  if (after < before) {
    remarks.push(
      `kept the biases: corrected ones give ${after.toFixed(1)} dB on ${String(heldOut.length)} held-out samples, the network's own ${before.toFixed(1)} dB`,
    );
    return pair.quantized;
  }
  remarks.push(`corrected the biases of ${String(layers.length)} layers`);
  return graph;
}

async function momentSamples(
  graph: Graph,
  data: CalibrationData,
  most: number,
): Promise<readonly Feeds[]> {
  const { name, shape } = onlyInput(graph);
  const samples: Feeds[] = [];
  for await (const sample of samplesOf(
    data,
    shape.reduce((product, dimension) => product * dimension, 1),
  )) {
    samples.push(new Map([[name, { shape, data: sample }]]));
    if (samples.length >= most) break;
  }
  return samples;
}
