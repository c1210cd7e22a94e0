import * as tf from '@tensorflow/tfjs-core';
import type { Layer } from '../../../model/block/layer';
import type { Kernels } from '../kernels';

type TrainedActivation = Extract<Layer, { readonly kind: 'activation' }>['function'];

/** As the exported operators compute them. */
export function activate(kind: TrainedActivation, x: tf.Tensor, kernels: Kernels): tf.Tensor {
  switch (kind) {
    case 'relu':
      return tf.relu(x);
    case 'relu6':
      return kernels.relu6(x);
    case 'swish':
      return tf.mul(x, tf.sigmoid(x));
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'hardsigmoid':
      return hardSigmoid(x, kernels);
    case 'hardswish':
      return kernels.hardswish(x);
    case 'gelu':
      return gelu(x);
  }
}

function hardSigmoid(x: tf.Tensor, { relu6 }: Kernels): tf.Tensor {
  return tf.div(relu6(tf.add(x, 3)), 6);
}

/** With the error function, as ONNX's Gelu without approximation. */
export function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1));
}

/** Over the last axis. */
export function normalizeLayer(
  x: tf.Tensor,
  {
    scale,
    shift,
    epsilon,
  }: { readonly scale: tf.Tensor; readonly shift: tf.Tensor; readonly epsilon: number },
): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon))), scale), shift);
}
