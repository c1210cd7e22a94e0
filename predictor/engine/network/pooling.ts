import * as tf from '@tensorflow/tfjs-core';

interface PoolGeometry {
  readonly window: [number, number];
  readonly stride: [number, number];
  /** Top, left, bottom, right. */
  readonly padding: readonly [number, number, number, number];
}

/** Nothing in an image is smaller. */
const leastValue = -3.4e38;

/** The backends' own padding is not symmetric. Of padding no window takes its maximum. */
export function maximize(x: tf.Tensor4D, { window, stride, padding }: PoolGeometry): tf.Tensor4D {
  return tf.maxPool(padImage(x, padding, leastValue), window, stride, 'valid');
}

export function padImage(
  x: tf.Tensor4D,
  [top, left, bottom, right]: PoolGeometry['padding'],
  value: number,
): tf.Tensor4D {
  if (top === 0 && left === 0 && bottom === 0 && right === 0) return x;
  return tf.pad4d(
    x,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    value,
  );
}
