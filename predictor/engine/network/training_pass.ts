import * as tf from '@tensorflow/tfjs-core';
import { evaluationPass, type NetworkState, type PassOf } from './network_state';
import { quantizedWeight, type ActivationRanges } from './fake_quantization';

interface PassSettings {
  readonly trainedParts: readonly string[];
  /** The trained parameters as they are in this step, by key. */
  readonly current: ReadonlyMap<string, tf.Tensor>;
  /** Takes over the statistics that batch normalizations saw, by key of what is collected. */
  readonly found: Map<string, tf.Tensor>;
  /** Where the network is trained for 8 bits. */
  readonly ranges: ActivationRanges | undefined;
}

/** A step's pass: parts that are not trained run as in evaluation, on 8 bits like the others where the network will. */
export function trainingPass(state: NetworkState, settings: PassSettings): PassOf {
  const { trainedParts, current, found } = settings;
  const frozen = quantizing(evaluationPass(state), settings.ranges);
  return (part) => {
    const pass = frozen(part);
    if (!trainedParts.includes(part)) return pass;
    return {
      ...pass,
      read: (name) => current.get(`${part}/${name}`) ?? pass.read(name),
      usesBatchStatistics: true,
      collect: (layer, mean, variance) => {
        found.set(`${part}/${layer}.mean`, tf.keep(mean));
        found.set(`${part}/${layer}.variance`, tf.keep(variance));
      },
    };
  };
}

function quantizing(passOf: PassOf, ranges: ActivationRanges | undefined): PassOf {
  if (ranges === undefined) return passOf;
  return (part) => ({
    ...passOf(part),
    quantizedWeight,
    quantizedActivation: (name, activation) => ranges.quantized(`${part}/${name}`, activation),
  });
}
