import * as tf from '@tensorflow/tfjs-core';

/** The last axis times a matrix, whatever stands before it. */
export function multiplyLast(x: tf.Tensor, matrix: tf.Tensor): tf.Tensor {
  const inner = x.shape.at(-1) ?? 1;
  const rows = tf.reshape(x, [-1, inner]);
  const product = tf.matMul(rows, matrix);
  return tf.reshape(product, [...x.shape.slice(0, -1), matrix.shape[1] ?? 1]);
}
