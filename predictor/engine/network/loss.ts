import * as tf from '@tensorflow/tfjs-core';
import type { LossTarget, BatchValues } from '../engine';

/** Under the variance of a channel: one that is the same everywhere has none, and then any error would be infinitely many times it. */
const leastVariance = 1e-8;

export function tensorOf({ data, shape }: BatchValues): tf.Tensor {
  return tf.tensor(data, [...shape]);
}

/** What a step compares with, as tensors. */
type LossFunction = (output: tf.Tensor) => tf.Scalar;

/** The tensors that it needs are made now; it may be called once. */
export function lossFunction(target: LossTarget): LossFunction {
  switch (target.kind) {
    case 'features': {
      const features = tensorOf(target.features);
      const weights = tf.tensor1d(
        target.variance.map((variance) => 1 / (variance + leastVariance)),
      );
      // Channels are last, so that the mean over all values is the mean over channels of their means.
      return (output) => tf.mean(tf.mul(tf.squaredDifference(output, features), weights));
    }
    case 'labels':
      return labelsLoss(target);
  }
}

function labelsLoss(target: Extract<LossTarget, { readonly kind: 'labels' }>): LossFunction {
  const { teacherLogits, distillationShare, temperature } = target;
  const labels = tf.tensor1d(
    target.labels.map((label) => Math.max(0, label)),
    'int32',
  );
  const shares = tf.tensor2d(sharesOf(target.labels), [target.labels.length, 1]);
  const teacher = teacherLogits === undefined ? undefined : tensorOf(teacherLogits);
  return (output) => {
    const classes = output.shape.at(-1) ?? 1;
    const logits = tf.reshape<tf.Rank.R2>(output, [-1, classes]);
    const wantedShares = tf.mul(tf.oneHot(labels, classes), shares);
    const hard = tf.neg(tf.sum(tf.mul(wantedShares, tf.logSoftmax(logits))));
    if (teacher === undefined || distillationShare === 0) return asScalar(hard);
    const wanted = tf.div(tf.reshape(teacher, [-1, classes]), temperature);
    const divergence = tf.mean(
      tf.sum(
        tf.mul(
          tf.softmax(wanted),
          tf.sub(tf.logSoftmax(wanted), tf.logSoftmax(tf.div(logits, temperature))),
        ),
        -1,
      ),
    );
    // Gradients of softened answers shrink with the square of the temperature. Hinton et al., https://arxiv.org/abs/1503.02531, section 2
    const soft = tf.mul(divergence, temperature * temperature);
    return asScalar(tf.add(tf.mul(soft, distillationShare), tf.mul(hard, 1 - distillationShare)));
  };
}

/** Of each label in the mean; a negative one says nothing. */
function sharesOf(labels: Int32Array): Float32Array {
  const told = labels.reduce((count, label) => (label < 0 ? count : count + 1), 0);
  return Float32Array.from(labels, (label) => (label < 0 ? 0 : 1 / told));
}

function asScalar(tensor: tf.Tensor): tf.Scalar {
  return tf.reshape(tensor, []);
}
