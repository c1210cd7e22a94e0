import {
  add,
  batchNorm,
  clipByValue,
  moments,
  mul,
  relu6,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';

/** What a batch normalization in training makes, NHWC. */
export interface NormalizedBatch {
  readonly y: Tensor4D;
  /** Of the batch, by channel. */
  readonly mean: Tensor1D;
  /** Of the batch, by channel, divided by the number of values (biased). */
  readonly variance: Tensor1D;
}

export interface ChannelStatistics {
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

export interface ScaleAndShift {
  readonly scale: Tensor1D;
  readonly shift: Tensor1D;
}

/** What backends compute in different ways. All of it is differentiable once. Images are NHWC. */
export interface Kernels {
  /** Gradients flow through `y` alone, to the input, scale and shift; the statistics are for running means. */
  batchNormTraining(x: Tensor4D, affine: ScaleAndShift, epsilon: number): NormalizedBatch;
  batchNormEvaluation(
    x: Tensor4D,
    affine: ScaleAndShift,
    statistics: ChannelStatistics,
    epsilon: number,
  ): Tensor4D;
  readonly relu6: <T extends Tensor>(x: T) => T;
  /** x · relu6(x + 3) / 6 */
  readonly hardswish: <T extends Tensor>(x: T) => T;
}

/** Out of TensorFlow.js's own operations: right on every backend, slow on most. */
export const composedKernels: Kernels = {
  batchNormTraining(x, { scale, shift }, epsilon) {
    const { mean, variance } = moments(x, [0, 1, 2]) as ChannelStatistics;
    return { y: batchNorm(x, mean, variance, shift, scale, epsilon), mean, variance };
  },
  batchNormEvaluation(x, { scale, shift }, { mean, variance }, epsilon) {
    return batchNorm(x, mean, variance, shift, scale, epsilon);
  },
  relu6<T extends Tensor>(x: T): T {
    return relu6(x);
  },
  hardswish<T extends Tensor>(x: T): T {
    return mul(x, mul(clipByValue(add(x, 3), 0, 6), 1 / 6));
  },
};
