import * as tf from '@tensorflow/tfjs-core';
import { elementCount } from '../../../model/onnx/graph';
import type { Parameter } from './parameter';

/** A parameter of one of the network's parts. */
export interface PlacedParameter {
  readonly part: string;
  readonly parameter: Parameter;
}

/** Under which a network keeps the parameter's values. */
export function keyOf({ part, parameter }: PlacedParameter): string {
  return `${part}/${parameter.name}`;
}

/**
 * Many tensors as one vector. A gradient by the vector comes back in one piece, and an update of it takes a few operations instead of a few for each of some hundred
 * tensors, of which each would cost more in the calling than in the computing.
 */
export interface FlatValues {
  readonly length: number;
  /** The tensors as they lie in the vector; a gradient goes through. */
  readonly split: (vector: tf.Tensor1D) => ReadonlyMap<string, tf.Tensor>;
  readonly join: (tensorOf: (key: string) => tf.Tensor) => tf.Tensor1D;
}

export function flatValues(parameters: readonly PlacedParameter[]): FlatValues {
  const sizes = parameters.map(({ parameter }) => elementCount(parameter.shape));
  return {
    length: sizes.reduce((sum, size) => sum + size, 0),
    split: (vector) => {
      if (parameters.length === 0) return new Map();
      const pieces = sizes.length === 1 ? [vector] : tf.split(vector, sizes);
      return new Map(
        parameters.map((placed, index) => [
          keyOf(placed),
          tf.reshape(pieces[index] ?? vector, [...placed.parameter.shape]),
        ]),
      );
    },
    join: (tensorOf) =>
      parameters.length === 0
        ? tf.tensor1d([])
        : tf.concat(
            parameters.map((placed) => tf.reshape<tf.Rank.R1>(tensorOf(keyOf(placed)), [-1])),
          ),
  };
}
