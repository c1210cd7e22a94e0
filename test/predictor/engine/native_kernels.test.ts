import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { composedKernels, type Kernels } from '../../../predictor/engine/kernels';
import { openBackend } from '../../../predictor/engine/open_backend';

const forwardTolerance = 1e-6;
const gradientTolerance = 1e-5;

describe('the native kernels', () => {
  let native: Kernels;
  let kind = '';

  beforeAll(async () => {
    const backend = await openBackend({ kind: provisionedKind(), threads: 1 });
    ({ kernels: native, kind } = backend);
  });

  it('normalizes a batch as the composed form does, with its statistics', () => {
    if (kind !== 'native') return;
    const { x, scale, shift } = operands();
    const results = [native, composedKernels].map((kernels) => {
      const { y, mean, variance } = kernels.batchNormTraining(x, { scale, shift }, 1e-3);
      return [y, mean, variance];
    });
    const [ours, composed] = results;
    for (const index of [0, 1, 2])
      expect(distance(ours?.[index], composed?.[index])).toBeLessThan(forwardTolerance);
  });

  it('has the gradients of the composed batch normalization', () => {
    if (kind !== 'native') return;
    const { x, scale, shift, weights } = operands();
    const gradients = [native, composedKernels].map((kernels) =>
      tf.grads((a, b, c) =>
        weighed(
          kernels.batchNormTraining(
            a as tf.Tensor4D,
            { scale: b as tf.Tensor1D, shift: c as tf.Tensor1D },
            1e-3,
          ).y,
          weights,
        ),
      )([x, scale, shift]),
    );
    for (const index of [0, 1, 2])
      expect(distance(gradients[0]?.[index], gradients[1]?.[index])).toBeLessThan(
        gradientTolerance,
      );
  });

  it('cuts at 0 and 6 with the gradient between', () => {
    const { x, weights } = operands();
    const wide = tf.mul<tf.Tensor4D>(x, 5);
    expect(distance(native.relu6(wide), composedKernels.relu6(wide))).toBe(0);
    const gradient = (kernels: Kernels): tf.Tensor =>
      tf.grad((a) => weighed(kernels.relu6(a), weights))(wide);
    expect(distance(gradient(native), gradient(composedKernels))).toBe(0);
  });

  it('rounds to 256 steps of a range with the slope within it', () => {
    const x = tf.randomNormal([200], 0, 3, 'float32', 7);
    for (const range of [
      { min: -2.5, max: 4 },
      { min: 0, max: 6 },
      { min: -3, max: 0 },
    ]) {
      const rounded = [native, composedKernels].map((kernels) => kernels.fakeQuantize(x, range));
      expect(distance(rounded[0], rounded[1])).toBeLessThan(1e-5);
      const slopes = [native, composedKernels].map((kernels) =>
        tf.grad((y) => tf.sum(kernels.fakeQuantize(y, range)))(x),
      );
      expect(distance(slopes[0], slopes[1])).toBe(0);
      const inside = tf.sum(tf.cast(slopes[0]!, 'int32')).dataSync()[0]!;
      expect(inside).toBeGreaterThan(0);
      expect(inside).toBeLessThan(200);
    }
  });

  it('leaves no tensors behind', () => {
    const { x, scale, shift } = operands();
    const before = tf.memory().numTensors;
    for (let step = 0; step < 3; step += 1)
      tf.tidy(() => {
        tf.grad((a) =>
          tf.sum(
            native.relu6(native.batchNormTraining(a as tf.Tensor4D, { scale, shift }, 1e-3).y),
          ),
        )(x);
      });
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** A native engine that is installed has to load: only where it is not, WebAssembly may stand in. */
function provisionedKind(): 'native' | 'auto' {
  const note = path.join(__dirname, '../../../node_modules/.tensorflow');
  return existsSync(note) && readFileSync(note, 'utf8').startsWith('native') ? 'native' : 'auto';
}

function operands(): {
  x: tf.Tensor4D;
  scale: tf.Tensor1D;
  shift: tf.Tensor1D;
  weights: tf.Tensor4D;
} {
  return {
    x: tf.randomNormal([4, 5, 6, 3], 0.5, 1, 'float32', 1),
    scale: tf.tensor1d([1, -0.5, 2]),
    shift: tf.tensor1d([0, 1, 2]),
    weights: tf.randomNormal([4, 5, 6, 3], 0, 1, 'float32', 2),
  };
}

function weighed(x: tf.Tensor, weights: tf.Tensor): tf.Scalar {
  return tf.sum(tf.mul(x, weights));
}

function distance(a: tf.Tensor | undefined, b: tf.Tensor | undefined): number {
  if (a === undefined || b === undefined) return Number.POSITIVE_INFINITY;
  return tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] ?? Number.POSITIVE_INFINITY;
}
