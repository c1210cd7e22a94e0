import * as tf from '@tensorflow/tfjs-core';
import { assert } from '../../../common/assert';
import type { NamedValues, OptimizerSettings } from '../engine';

/** Kingma and Ba, https://arxiv.org/abs/1412.6980, section 2. */
const beta1 = 0.9;
const beta2 = 0.999;
const adamEpsilon = 1e-8;
const sgdMomentum = 0.9;

/** Over one vector of all trained values: a few operations a step, whatever the number of layers. */
interface Optimizer {
  /** The new values; takes neither argument over. */
  readonly next: (values: tf.Tensor1D, gradient: tf.Tensor1D, learningRate: number) => tf.Tensor1D;
  readonly state: () => NamedValues;
  readonly restore: (state: NamedValues) => void;
  readonly dispose: () => void;
}

/** `decays`: 1 for values that decay, 0 for the others. */
export function createOptimizer(settings: OptimizerSettings, decays: Float32Array): Optimizer {
  const decay = tf.tensor1d(decays);
  const moments = new OptimizerMoments(
    settings.kind === 'sgd' ? ['velocity'] : ['first', 'second'],
    decays.length,
  );
  let steps = 0;
  return {
    next: (values, gradient, learningRate) => {
      steps += 1;
      return tf.tidy(() => {
        const decayed = (rate: number): tf.Tensor => tf.mul(tf.mul(values, decay), rate);
        const clipped = clip(gradient, settings.clipNorm);
        const isDecoupled = settings.kind === 'adamw';
        const slope =
          isDecoupled || settings.weightDecay === 0
            ? clipped
            : tf.add(clipped, decayed(settings.weightDecay));
        const change =
          settings.kind === 'sgd' ? momentum(moments, slope) : adam(moments, slope, steps);
        const moved = tf.sub(values, tf.mul(change, learningRate));
        return (
          isDecoupled && settings.weightDecay > 0
            ? tf.sub(moved, decayed(settings.weightDecay * learningRate))
            : moved
        ) as tf.Tensor1D;
      });
    },
    state: () =>
      new Map([...moments.values(), ['steps', { data: Float32Array.of(steps), shape: [1] }]]),
    restore: (state) => {
      moments.restore(state);
      steps = state.get('steps')?.data[0] ?? 0;
    },
    dispose: () => {
      decay.dispose();
      moments.dispose();
    },
  };
}

/** Pascanu et al., https://arxiv.org/abs/1211.5063, section 3.2. */
function clip(gradient: tf.Tensor1D, norm: number | null): tf.Tensor {
  if (norm === null) return gradient;
  const length = tf.sqrt(tf.sum(tf.square(gradient)));
  return tf.mul(gradient, tf.minimum(1, tf.div(norm, tf.add(length, 1e-12))));
}

function momentum(moments: OptimizerMoments, slope: tf.Tensor): tf.Tensor {
  return moments.set('velocity', tf.add(tf.mul(moments.get('velocity'), sgdMomentum), slope));
}

function adam(moments: OptimizerMoments, slope: tf.Tensor, steps: number): tf.Tensor {
  const first = moments.set(
    'first',
    tf.add(tf.mul(moments.get('first'), beta1), tf.mul(slope, 1 - beta1)),
  );
  const second = moments.set(
    'second',
    tf.add(tf.mul(moments.get('second'), beta2), tf.mul(tf.square(slope), 1 - beta2)),
  );
  const corrected = Math.sqrt(1 - beta2 ** steps);
  return tf.div(
    tf.mul(first, corrected / (1 - beta1 ** steps)),
    tf.add(tf.sqrt(second), adamEpsilon * corrected),
  );
}

/** Running means of gradients, kept between steps. */
class OptimizerMoments {
  readonly #kept = new Map<string, tf.Tensor>();
  readonly #length: number;

  constructor(names: readonly string[], length: number) {
    this.#length = length;
    for (const name of names) this.#kept.set(name, tf.keep(tf.zeros([length])));
  }

  get(name: string): tf.Tensor {
    const moment = this.#kept.get(name);
    assert(moment !== undefined, `the optimizer keeps ${name}`);
    return moment;
  }

  set(name: string, value: tf.Tensor): tf.Tensor {
    this.get(name).dispose();
    this.#kept.set(name, tf.keep(value));
    return value;
  }

  values(): NamedValues {
    return new Map(
      [...this.#kept].map(([name, tensor]) => [
        name,
        { data: tensor.dataSync<'float32'>(), shape: [this.#length] },
      ]),
    );
  }

  restore(state: NamedValues): void {
    for (const name of this.#kept.keys()) {
      const values = state.get(name);
      assert(values?.data.length === this.#length, `the state has ${name} for each value`);
      this.set(name, tf.tensor1d(values.data));
    }
  }

  dispose(): void {
    for (const tensor of this.#kept.values()) tensor.dispose();
  }
}
