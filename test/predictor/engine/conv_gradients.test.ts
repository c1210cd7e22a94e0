import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { loadWasm } from '../../../predictor/engine/wasm/load_wasm';

const tolerance = 1e-4;
const runs = 40;

const convolution = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  height: fc.integer({ min: 5, max: 8 }),
  width: fc.integer({ min: 5, max: 8 }),
  inChannels: fc.integer({ min: 1, max: 3 }),
  outChannels: fc.integer({ min: 1, max: 3 }),
  kernel: fc.constantFrom(1, 2, 3, 5),
  stride: fc.constantFrom(1, 2, 3),
  padding: fc.constantFrom<'same' | 'valid' | number>('same', 'valid', 1, 2, 3),
});

type Convolution = typeof convolution extends fc.Arbitrary<infer T> ? T : never;

describe('gradients of convolutions in WebAssembly', () => {
  beforeAll(async () => {
    await loadWasm();
  });

  it('are those of the pure JavaScript backend', async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async (given) => {
        await expectAlike(given, (x, filter, { stride, padding }) =>
          tf.conv2d(x, filter, stride, padding, 'NHWC', 1, rounding(padding)),
        );
      }),
      { numRuns: runs },
    );
  });

  it('are those of the pure JavaScript backend when each channel has its own filter', async () => {
    await fc.assert(
      fc.asyncProperty(convolution, async (given) => {
        await expectAlike(given, (x, filter, { stride, padding }) =>
          tf.depthwiseConv2d(x, filter, stride, padding, 'NHWC', 1, rounding(padding)),
        );
      }),
      { numRuns: runs },
    );
  });
});

type Convolve = (x: tf.Tensor4D, filter: tf.Tensor4D, given: Convolution) => tf.Tensor4D;

async function expectAlike(given: Convolution, convolve: Convolve): Promise<void> {
  const { batch, height, width, inChannels, outChannels, kernel } = given;
  const results: Float32Array[][] = [];
  for (const backend of ['cpu', 'wasm']) {
    await tf.setBackend(backend);
    const x = tf.randomNormal([batch, height, width, inChannels], 0, 1, 'float32', 1);
    const filter = tf.randomNormal([kernel, kernel, inChannels, outChannels], 0, 1, 'float32', 2);
    const gradients = tf.grads((a, b) => {
      const y = convolve(a as tf.Tensor4D, b as tf.Tensor4D, given);
      return tf.sum(tf.mul(y, tf.randomNormal(y.shape, 0, 1, 'float32', 3)));
    })([x, filter]);
    results.push(gradients.map((gradient) => gradient.dataSync() as Float32Array));
  }
  for (const index of [0, 1])
    expect(distance(results[0]?.[index], results[1]?.[index])).toBeLessThan(tolerance);
}

function rounding(padding: Convolution['padding']): 'floor' | undefined {
  return typeof padding === 'number' ? 'floor' : undefined;
}

function distance(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a?.length !== b?.length || a === undefined) return Number.POSITIVE_INFINITY;
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b?.[index] ?? 0))), 0);
}
