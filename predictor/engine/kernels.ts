import {
  add,
  batchNorm,
  cast,
  clipByValue,
  customGrad,
  div,
  floor,
  greaterEqual,
  lessEqual,
  logicalAnd,
  moments,
  mul,
  relu6,
  sub,
  type GradSaveFunc,
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
  readonly batchNormTraining: (
    x: Tensor4D,
    affine: ScaleAndShift,
    epsilon: number,
  ) => NormalizedBatch;
  readonly batchNormEvaluation: (
    x: Tensor4D,
    affine: ScaleAndShift,
    statistics: ChannelStatistics,
    epsilon: number,
  ) => Tensor4D;
  readonly relu6: <T extends Tensor>(x: T) => T;
  /** x · relu6(x + 3) / 6 */
  readonly hardswish: <T extends Tensor>(x: T) => T;
  /** Rounded to 256 steps from the range's beginning to its end, which are moved so that 0 is one of them; no gradient beyond them. */
  readonly fakeQuantize: <T extends Tensor>(x: T, range: QuantizedRange) => T;
}

/** Of what 8 bits hold; it has zero inside, and is not empty. */
export interface QuantizedRange {
  readonly min: number;
  readonly max: number;
}

const largestStep = 255;

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
  fakeQuantize<T extends Tensor>(x: T, { min, max }: QuantizedRange): T {
    const scale = (max - min) / largestStep;
    const zero = Math.round(-min / scale);
    const [least, most] = [-zero * scale, (largestStep - zero) * scale];
    const quantized = customGrad((each, save) => {
      const values = each as T;
      (save as GradSaveFunc)([values]);
      const steps = floor(add(div(sub(clipByValue(values, least, most), least), scale), 0.5));
      return {
        value: add(mul(steps, scale), least),
        gradFunc: (slope: Tensor, [kept]: Tensor[]) =>
          kept === undefined
            ? slope
            : mul(
                slope,
                cast(logicalAnd(greaterEqual(kept, least), lessEqual(kept, most)), 'float32'),
              ),
      };
    });
    return quantized(x) as T;
  },
};
