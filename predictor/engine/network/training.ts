import * as tf from '@tensorflow/tfjs-core';
import { assert } from '../../../common/assert';
import type { OptimizerSettings, Training } from '../engine';
import { activationRanges } from './fake_quantization';
import { flatValues, type FlatValues } from './flat_values';
import { lossFunction, tensorOf } from './loss';
import { replaceTensors, runParts, taken, type NetworkState } from './network_state';
import { createOptimizer } from './optimizer';
import { trainingPass } from './training_pass';

/** Of the running statistics, what each batch adds; PyTorch's default. */
const statisticsMomentum = 0.1;

interface StartedTraining {
  readonly training: Training;
  /** Brings the network's own tensors up to date. */
  readonly settle: () => void;
}

/** Trains the network's parameters, in place of which it keeps two vectors: what is trained, and what batch normalizations collect. */
export function createTraining(state: NetworkState, settings: OptimizerSettings): StartedTraining {
  const own = state.parameters.filter(({ part }) => settings.trainedParts.includes(part));
  const trained = own.filter(({ parameter }) => parameter.kind !== 'running');
  const vectors: Vectors = {
    weights: keptVector(flatValues(trained), state),
    statistics: keptVector(
      flatValues(own.filter(({ parameter }) => parameter.kind === 'running')),
      state,
    ),
  };
  const optimizer = createOptimizer(settings, decaysOf(vectors.weights.flat, trained));
  const ranges = settings.quantizationAware ? activationRanges(state.kernels) : undefined;
  let isSettled = true;
  return {
    training: {
      step: (input, target, learningRate) => {
        isSettled = false;
        const found = new Map<string, tf.Tensor>();
        const loss = tf.tidy(() => {
          const [x, lossOf] = [tensorOf(input), lossFunction(target)];
          const { value, slope } = slopeOf(vectors.weights, (current) => {
            const pass = trainingPass(state, { ...settings, current, found, ranges });
            const output = runParts(state, x, pass).at(-1);
            assert(output !== undefined, 'a network has a part');
            return lossOf(output);
          });
          vectors.weights.set(optimizer.next(vectors.weights.get(), slope, learningRate));
          return value.dataSync<'float32'>()[0] ?? Number.NaN;
        });
        if (found.size > 0) collect(vectors.statistics, found);
        tf.dispose([...found.values()]);
        return loss;
      },
      state: () => new Map([...optimizer.state(), ...(ranges?.values() ?? [])]),
      restore: (kept) => {
        optimizer.restore(kept);
        ranges?.restore(kept);
      },
      close: () => {
        optimizer.dispose();
        vectors.weights.dispose();
        vectors.statistics.dispose();
      },
    },
    settle: () => {
      if (isSettled) return;
      isSettled = true;
      for (const { flat, get } of [vectors.weights, vectors.statistics])
        tf.tidy(() => replaceTensors(state, flat.split(tf.clone(get()))));
    },
  };
}

interface Vectors {
  readonly weights: KeptVector;
  readonly statistics: KeptVector;
}

/** All values of some parameters, while the network's own are out of date. */
interface KeptVector {
  readonly flat: FlatValues;
  readonly get: () => tf.Tensor1D;
  /** Takes it over, and disposes the one before. */
  readonly set: (next: tf.Tensor1D) => void;
  readonly dispose: () => void;
}

function keptVector(flat: FlatValues, { tensors }: NetworkState): KeptVector {
  let vector = tf.tidy(() => tf.keep(flat.join(taken(tensors))));
  return {
    flat,
    get: () => vector,
    set: (next) => {
      vector.dispose();
      vector = tf.keep(next);
    },
    dispose: () => vector.dispose(),
  };
}

function slopeOf(
  { flat, get }: KeptVector,
  lossOf: (current: ReadonlyMap<string, tf.Tensor>) => tf.Scalar,
): { readonly value: tf.Scalar; readonly slope: tf.Tensor1D } {
  const { value, grad } = tf.valueAndGrad((vector) => lossOf(flat.split(vector as tf.Tensor1D)))(
    get(),
  );
  return { value: value, slope: grad as tf.Tensor1D };
}

/** 1 for what decays, 0 for what does not. */
function decaysOf({ length }: FlatValues, trained: NetworkState['parameters']): Float32Array {
  const decays = new Float32Array(length);
  let at = 0;
  for (const { parameter } of trained) {
    const end = at + parameter.initial.length;
    if (parameter.kind === 'weight') decays.fill(1, at, end);
    at = end;
  }
  return decays;
}

function collect({ flat, get, set }: KeptVector, found: ReadonlyMap<string, tf.Tensor>): void {
  tf.tidy(() => {
    const news = flat.join(taken(found));
    const kept = tf.mul(get(), 1 - statisticsMomentum);
    set(tf.add<tf.Tensor1D>(kept, tf.mul(news, statisticsMomentum)));
  });
}
