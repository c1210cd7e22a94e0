import * as tf from '@tensorflow/tfjs-core';
import { padImage } from './pooling';

interface ConvolutionGeometry {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Of one pixel's distance to the next under the kernel; more than 1 only where the stride is 1. */
  readonly dilation: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly padding: readonly [number, number, number, number];
  readonly groups: number;
}

type Pad = 'same' | 'valid';

/** Of an NHWC image; the weight is HWIO, or HWO1 where every channel is a group of its own. */
export function convolve(
  x: tf.Tensor4D,
  weight: tf.Tensor4D,
  geometry: ConvolutionGeometry,
): tf.Tensor4D {
  const { groups, stride, dilation, padding } = geometry;
  const strides: [number, number] = [stride[0], stride[1]];
  if (dilation[0] > 1 || dilation[1] > 1)
    return dilated(x, geometry, (each) =>
      inGroups(each, weight, { groups, strides, pad: 'valid' }),
    );
  if (keepsSize(geometry)) return inGroups(x, weight, { groups, strides, pad: 'same' });
  return inGroups(padImage(x, padding, 0), weight, { groups, strides, pad: 'valid' });
}

/** The backends' padding 'same' is the one that is asked for; they need not copy the image for it. */
function keepsSize({ kernel, stride, padding }: ConvolutionGeometry): boolean {
  const [top, left, bottom, right] = padding;
  return (
    stride[0] === 1 &&
    stride[1] === 1 &&
    top === bottom &&
    left === right &&
    kernel[0] === 2 * top + 1 &&
    kernel[1] === 2 * left + 1
  );
}

function inGroups(
  x: tf.Tensor4D,
  weight: tf.Tensor4D,
  {
    groups,
    strides,
    pad,
  }: { readonly groups: number; readonly strides: [number, number]; readonly pad: Pad },
): tf.Tensor4D {
  if (groups === 1) return tf.conv2d(x, weight, strides, pad);
  if (isDepthwise(weight, groups)) return tf.depthwiseConv2d(x, weight, strides, pad);
  // No backend has grouped convolutions with gradients.
  const images = tf.split<tf.Tensor4D>(x, groups, 3);
  const weights = tf.split<tf.Tensor4D>(weight, groups, 3);
  return tf.concat(
    images.map((part, group) => tf.conv2d(part, weights[group] ?? weight, strides, pad)),
    3,
  );
}

function isDepthwise(weight: tf.Tensor, groups: number): boolean {
  return groups > 1 && weight.shape[2] === groups && weight.shape[3] === 1;
}

/** The axis of a convolution's weight that is its output channels. */
export function outputChannelAxis(weight: tf.Tensor, groups: number): number {
  return isDepthwise(weight, groups) ? 2 : 3;
}

/** No backend has gradients of dilated convolutions: the pixels that one window sees become images of their own. */
function dilated(
  x: tf.Tensor4D,
  { dilation, padding }: ConvolutionGeometry,
  valid: (x: tf.Tensor4D) => tf.Tensor4D,
): tf.Tensor4D {
  const [, height, width] = x.shape;
  const [top, left, bottom, right] = padding;
  const beyond = [-(height + top + bottom), -(width + left + right)].map((size, axis) => {
    const step = dilation[axis] ?? 1;
    return ((size % step) + step) % step;
  });
  const [below = 0, behind = 0] = beyond;
  const steps = [...dilation];
  const apart = tf.spaceToBatchND(x, steps, [
    [top, bottom + below],
    [left, right + behind],
  ]);
  return tf.batchToSpaceND(valid(apart), steps, [
    [0, below],
    [0, behind],
  ]);
}

/** The transposed form: each pixel of the image paints a window of the result. The weight is HW, output channels, input channels. */
export function convolveTransposed(
  x: tf.Tensor4D,
  weight: tf.Tensor4D,
  {
    stride,
    cut: [top, left],
    size: [height, width],
  }: {
    readonly stride: [number, number];
    /** Rows and columns that the result lacks at its beginning. */
    readonly cut: readonly [number, number];
    readonly size: readonly [number, number];
  },
): tf.Tensor4D {
  const [samples, rows, columns] = x.shape;
  const [tall, wide, channels] = weight.shape;
  const whole = [(rows - 1) * stride[0] + tall, (columns - 1) * stride[1] + wide] as const;
  const painted = tf.conv2dTranspose(
    x,
    weight,
    [samples, whole[0], whole[1], channels],
    stride,
    'valid',
  );
  const lacking = [top + height - whole[0], left + width - whole[1]].map((each) =>
    Math.max(0, each),
  );
  const extended = padImage(painted, [0, 0, lacking[0] ?? 0, lacking[1] ?? 0], 0);
  return tf.slice(extended, [0, top, left, 0], [samples, height, width, channels]);
}
