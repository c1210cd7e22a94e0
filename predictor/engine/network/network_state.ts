import * as tf from '@tensorflow/tfjs-core';
import { assert } from '../../../common/assert';
import type { Kernels } from '../kernels';
import type { PlacedParameter } from './flat_values';
import type { ForwardPass, ReadPart } from './parameter';

/** Parts in a row, with the current values of their parameters. */
export interface NetworkState {
  readonly parts: readonly ReadPart[];
  readonly kernels: Kernels;
  readonly parameters: readonly PlacedParameter[];
  /** The values by key; whoever replaces one disposes the old. */
  readonly tensors: Map<string, tf.Tensor>;
}

/** How the parts of one forward pass differ. */
export type PassOf = (part: string) => ForwardPass;

/** The output of each part in turn. */
export function runParts({ parts }: NetworkState, input: tf.Tensor, passOf: PassOf): tf.Tensor[] {
  const outputs: tf.Tensor[] = [];
  for (const part of parts) outputs.push(part.forward(outputs.at(-1) ?? input, passOf(part.name)));
  return outputs;
}

export function evaluationPass({ kernels, tensors }: NetworkState): PassOf {
  return (part) => ({
    kernels,
    read: (name) => taken(tensors)(`${part}/${name}`),
    usesBatchStatistics: false,
    collect: () => undefined,
    quantizedWeight: (weight) => weight,
    quantizedActivation: (_, activation) => activation,
  });
}

export function taken(tensors: ReadonlyMap<string, tf.Tensor>): (key: string) => tf.Tensor {
  return (key) => {
    const tensor = tensors.get(key);
    assert(tensor !== undefined, `there is a value for ${key}`);
    return tensor;
  };
}

/** Takes the new tensors over. */
export function replaceTensors(
  { tensors }: NetworkState,
  news: ReadonlyMap<string, tf.Tensor>,
): void {
  for (const [key, tensor] of news) {
    tensors.get(key)?.dispose();
    tensors.set(key, tf.keep(tensor));
  }
}
