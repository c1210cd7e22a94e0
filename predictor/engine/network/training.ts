import * as tf from '@tensorflow/tfjs-core';
import { assert } from '../../../common/assert';
import { ownValue } from '../../../common/own_value';
import type { OptimizerSettings, Training } from '../engine';
import { flatValues } from './flat_values';
import { lossFunction, tensorOf } from './loss';
import { createOptimizer } from './optimizer';
import {
  evaluationPass,
  replaceTensors,
  runParts,
  taken,
  type NetworkState,
  type PassOf,
} from './network_state';

/** Of the running statistics, what each batch adds; PyTorch's default. */
const statisticsMomentum = 0.1;

interface StartedTraining {
  readonly training: Training;
  /** Brings the network's own tensors up to date. */
  settle(): void;
}

/** Trains the network's parameters in place of which it keeps two vectors: what is trained, and what batch normalizations collect. */
export function createTraining(state: NetworkState, settings: OptimizerSettings): StartedTraining {
  const isTrained = ({ part }: { readonly part: string }): boolean =>
    settings.trainedParts.includes(part);
  const trained = state.parameters.filter(
    (placed) => isTrained(placed) && placed.parameter.kind !== 'running',
  );
  const collected = state.parameters.filter(
    (placed) => isTrained(placed) && placed.parameter.kind === 'running',
  );
  const [weights, statistics] = [flatValues(trained), flatValues(collected)];
  const vector = variableOf(() => weights.join(taken(state.tensors)), true);
  const running = variableOf(() => statistics.join(taken(state.tensors)), false);
  const optimizer = createOptimizer(settings, decaysOf(trained));
  let isSettled = true;
  return {
    training: {
      step: (input, target, learningRate) => {
        isSettled = false;
        const found = new Map<string, tf.Tensor>();
        const loss = tf.tidy(() => {
          const [x, lossOf] = [tensorOf(input), lossFunction(target)];
          const { value, grads } = tf.variableGrads(() => {
            const pass = trainingPass(state, {
              settings,
              current: weights.split(vector),
              found,
            });
            const output = runParts(state, x, pass).at(-1);
            assert(output !== undefined, 'a network has a part');
            return lossOf(output);
          }, [vector]);
          const gradient = ownValue(grads, vector.name);
          assert(gradient !== undefined, 'the loss depends on what is trained');
          vector.assign(optimizer.next(vector, gradient as tf.Tensor1D, learningRate));
          return value.dataSync<'float32'>()[0] ?? Number.NaN;
        });
        if (collected.length > 0)
          collect(running, (tensorOfKey) => statistics.join(tensorOfKey), found);
        tf.dispose([...found.values()]);
        return loss;
      },
      state: () => optimizer.state(),
      restore: (kept) => optimizer.restore(kept),
      close: () => {
        optimizer.dispose();
        tf.dispose([vector, running]);
      },
    },
    settle: () => {
      if (isSettled) return;
      isSettled = true;
      tf.tidy(() => {
        replaceTensors(state, weights.split(tf.clone(vector)));
        replaceTensors(state, statistics.split(tf.clone(running)));
      });
    },
  };
}

/** A variable shares the values that it begins with, and does not own them. */
function variableOf(make: () => tf.Tensor1D, isTrained: boolean): tf.Variable<tf.Rank.R1> {
  const initial = tf.tidy(make);
  const variable = tf.variable(initial, isTrained);
  initial.dispose();
  return variable;
}

function decaysOf(trained: NetworkState['parameters']): Float32Array {
  return Float32Array.from(
    trained.flatMap(({ parameter }) =>
      Array.from(parameter.initial, () => (parameter.kind === 'weight' ? 1 : 0)),
    ),
  );
}

function trainingPass(
  state: NetworkState,
  {
    settings,
    current,
    found,
  }: {
    readonly settings: OptimizerSettings;
    readonly current: ReadonlyMap<string, tf.Tensor>;
    readonly found: Map<string, tf.Tensor>;
  },
): PassOf {
  const frozen = evaluationPass(state);
  return (part) =>
    settings.trainedParts.includes(part)
      ? {
          ...frozen(part),
          read: (name) => current.get(`${part}/${name}`) ?? frozen(part).read(name),
          usesBatchStatistics: true,
          collect: (layer, mean, variance) => {
            found.set(`${part}/${layer}.mean`, tf.keep(mean));
            found.set(`${part}/${layer}.variance`, tf.keep(variance));
          },
        }
      : frozen(part);
}

function collect(
  running: tf.Variable,
  join: (tensorOf: (key: string) => tf.Tensor) => tf.Tensor1D,
  found: ReadonlyMap<string, tf.Tensor>,
): void {
  tf.tidy(() => {
    const mixed = tf.add(
      tf.mul(running, 1 - statisticsMomentum),
      tf.mul(join(taken(found)), statisticsMomentum),
    );
    running.assign(mixed);
  });
}
