import * as tf from '@tensorflow/tfjs-core';

/** A value of a graph, of a whole batch of samples. */
export interface GraphTensor {
  /**
   * `nhwc`: an image of ONNX's shape 1xCxHxW as [samples, H, W, C], as the backends' convolutions want it. `onnx`: [samples, ...] before all of ONNX's axes, the
   * 1 that stands for a batch among them.
   */
  readonly layout: 'nhwc' | 'onnx';
  readonly tensor: tf.Tensor;
}

const onnxAxisInNhwc = [0, 3, 1, 2];

export function image(tensor: tf.Tensor): GraphTensor {
  return { layout: 'nhwc', tensor };
}

/** Samples that lie one after the other, each as ONNX has it. */
export function shaped(tensor: tf.Tensor, shape: readonly number[]): GraphTensor {
  return { layout: 'onnx', tensor: tf.reshape(tensor, [tensor.shape[0], ...shape]) };
}

export function asImage({ layout, tensor }: GraphTensor): tf.Tensor4D {
  if (layout === 'nhwc') return tensor as tf.Tensor4D;
  const [samples = 1, , channels = 1, height = 1, width = 1] = tensor.shape;
  return height * width === 1
    ? tf.reshape(tensor, [samples, 1, 1, channels])
    : tf.transpose(tf.reshape(tensor, [samples, channels, height, width]), [0, 2, 3, 1]);
}

/** [samples, ...ONNX's shape]. */
export function asOnnx({ layout, tensor }: GraphTensor): tf.Tensor {
  if (layout === 'onnx') return tensor;
  const [samples = 1, height = 1, width = 1, channels = 1] = tensor.shape;
  const turned = height * width === 1 ? tensor : tf.transpose(tensor, [0, 3, 1, 2]);
  return tf.reshape(turned, [samples, 1, channels, height, width]);
}

/** The axis of the held tensor; `axis` is ONNX's, and not the batch's of an image. */
export function heldAxis({ layout, tensor }: GraphTensor, axis: number): number {
  const rank = layout === 'nhwc' ? 4 : tensor.rank - 1;
  const positive = axis < 0 ? axis + rank : axis;
  return layout === 'nhwc' ? (onnxAxisInNhwc[positive] ?? 0) : positive + 1;
}

/** In a layout in which all axes can be worked on: of an image, not the one that is its batch. */
export function workable(x: GraphTensor, axes: readonly number[]): GraphTensor {
  const touchesBatch = axes.some((axis) => axis === 0 || axis === -4);
  return x.layout === 'nhwc' && touchesBatch ? { layout: 'onnx', tensor: asOnnx(x) } : x;
}
