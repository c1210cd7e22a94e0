import * as tf from '@tensorflow/tfjs-core';
import { assert } from '../../../common/assert';
import type {
  NamedValues,
  OptimizerSettings,
  TrainableNetwork,
  Training,
  BatchValues,
} from '../engine';
import type { Kernels } from '../kernels';
import { flatValues, keyOf, type PlacedParameter } from './flat_values';
import { tensorOf } from './loss';
import {
  evaluationPass,
  replaceTensors,
  runParts,
  taken,
  type NetworkState,
} from './network_state';
import type { ReadPart } from './parameter';
import { createTraining } from './training';

export function createTrainableNetwork(
  parts: readonly ReadPart[],
  kernels: Kernels,
): TrainableNetwork {
  const parameters = parts.flatMap(({ name, parameters: own }) =>
    own.map((parameter): PlacedParameter => ({ part: name, parameter })),
  );
  const state: NetworkState = {
    parts,
    kernels,
    parameters,
    tensors: new Map(
      parameters.map((placed) => [
        keyOf(placed),
        tf.tensor(placed.parameter.initial, [...placed.parameter.shape]),
      ]),
    ),
  };
  // While it is trained the newest values are the training's.
  let trained: { readonly settle: () => void } | undefined;
  const settle = (): void => trained?.settle();
  const evaluate = <Output>(
    input: BatchValues,
    use: (outputs: readonly tf.Tensor[]) => Output,
  ): Output => {
    settle();
    const outputs = tf.tidy(() => runParts(state, tensorOf(input), evaluationPass(state)));
    const result = use(outputs);
    tf.dispose([...outputs]);
    return result;
  };
  return {
    infer: (input) =>
      evaluate(input, (outputs) => {
        const last = outputs.at(-1);
        assert(last !== undefined, 'a network has a part');
        return valuesOf(last);
      }),
    inferParts: (input) => evaluate(input, (outputs) => outputs.map(valuesOf)),
    train: (settings: OptimizerSettings): Training => {
      assert(trained === undefined, 'a network has one training at a time');
      const started = createTraining(state, settings);
      trained = started;
      return {
        ...started.training,
        close: () => {
          settle();
          trained = undefined;
          started.training.close();
        },
      };
    },
    reestimateStatistics: (inputs) => {
      settle();
      reestimate(state, inputs);
    },
    weightsOf: (part) => {
      settle();
      return exportedWeights(state, part);
    },
    close: () => tf.dispose([...state.tensors.values()]),
  };
}

function valuesOf(tensor: tf.Tensor): BatchValues {
  return { data: tensor.dataSync<'float32'>(), shape: tensor.shape };
}

function exportedWeights({ parameters, tensors }: NetworkState, part: string): NamedValues {
  return new Map(
    parameters.flatMap((placed) =>
      placed.part === part
        ? [
            [
              placed.parameter.name,
              placed.parameter.exported(
                tensors.get(keyOf(placed))?.dataSync<'float32'>() ?? new Float32Array(0),
              ),
            ] as const,
          ]
        : [],
    ),
  );
}

/** The mean over the inputs of the batches' statistics, of all normalizations at once. */
function reestimate(state: NetworkState, inputs: Iterable<BatchValues>): void {
  const running = state.parameters.filter(({ parameter }) => parameter.kind === 'running');
  const flat = flatValues(running);
  let sum: tf.Tensor1D = tf.zeros([flat.length]);
  let batches = 0;
  const pass = evaluationPass(state);
  for (const input of inputs) {
    const collected = new Map<string, tf.Tensor>();
    tf.tidy(() => {
      runParts(state, tensorOf(input), (part) => ({
        ...pass(part),
        usesBatchStatistics: true,
        collect: (layer, mean, variance) => {
          collected.set(`${part}/${layer}.mean`, tf.keep(mean));
          collected.set(`${part}/${layer}.variance`, tf.keep(variance));
        },
      }));
    });
    const next = tf.tidy(() => tf.add<tf.Tensor1D>(sum, flat.join(taken(collected))));
    tf.dispose([sum, ...collected.values()]);
    sum = next;
    batches += 1;
  }
  if (batches > 0) tf.tidy(() => replaceTensors(state, flat.split(tf.div(sum, batches))));
  sum.dispose();
}
