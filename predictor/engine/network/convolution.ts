import * as tf from '@tensorflow/tfjs-core';

interface ConvolutionGeometry {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly padding: readonly [number, number, number, number];
  readonly groups: number;
}

/** Of an NHWC image; the weight is HWIO, or HWO1 where every channel is a group of its own. */
export function convolve(
  image: tf.Tensor4D,
  weight: tf.Tensor4D,
  geometry: ConvolutionGeometry,
): tf.Tensor4D {
  const { groups, stride, kernel, padding } = geometry;
  const [top, left, bottom, right] = padding;
  const keepsSize =
    stride[0] === 1 &&
    stride[1] === 1 &&
    top === bottom &&
    left === right &&
    kernel[0] === 2 * top + 1 &&
    kernel[1] === 2 * left + 1;
  const isPadded = top + left + bottom + right > 0;
  const padded =
    isPadded && !keepsSize
      ? tf.pad4d(image, [
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0],
        ])
      : image;
  const pad = keepsSize ? 'same' : 'valid';
  const strides: [number, number] = [stride[0], stride[1]];
  if (groups === 1) return tf.conv2d(padded, weight, strides, pad);
  if (isDepthwise(image, weight, groups)) return tf.depthwiseConv2d(padded, weight, strides, pad);
  // No backend has grouped convolutions with gradients.
  const images = tf.split<tf.Tensor4D>(padded, groups, 3);
  const weights = tf.split<tf.Tensor4D>(weight, groups, 3);
  return tf.concat(
    images.map((part, group) => tf.conv2d(part, weights[group] ?? weight, strides, pad)),
    3,
  );
}

function isDepthwise(image: tf.Tensor4D, weight: tf.Tensor4D, groups: number): boolean {
  return groups === image.shape[3] && weight.shape[3] === 1 && weight.shape[2] === groups;
}
