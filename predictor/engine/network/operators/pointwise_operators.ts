import * as tf from '@tensorflow/tfjs-core';
import { floatAttribute, stringAttribute } from '../../../../model/onnx/graph';
import { gelu } from '../activation';
import { numbersOf, pointwise, type OperatorTable } from './graph_operator';

/** Value by value. */
export const pointwiseOperators: OperatorTable = {
  Relu: pointwise((x) => tf.relu(x)),
  Sigmoid: pointwise((x) => tf.sigmoid(x)),
  Tanh: pointwise((x) => tf.tanh(x)),
  Erf: pointwise((x) => tf.erf(x)),
  Exp: pointwise((x) => tf.exp(x)),
  Log: pointwise((x) => tf.log(x)),
  Sqrt: pointwise((x) => tf.sqrt(x)),
  Reciprocal: pointwise((x) => tf.div(1, x)),
  Abs: pointwise((x) => tf.abs(x)),
  Neg: pointwise((x) => tf.neg(x)),
  Identity: pointwise((x) => tf.clone(x)),
  Softplus: pointwise((x) => tf.softplus(x)),
  Mish: pointwise((x) => tf.mul(x, tf.tanh(tf.softplus(x)))),
  Elu: pointwise((x, { node }) => {
    const below = tf.mul(tf.sub(tf.exp(tf.minimum(x, 0)), 1), floatAttribute(node, 'alpha', 1));
    return tf.add(tf.relu(x), below);
  }),
  LeakyRelu: pointwise((x, { node }) => {
    const alpha = floatAttribute(node, 'alpha', 0.01);
    return tf.add(tf.mul(tf.relu(x), 1 - alpha), tf.mul(x, alpha));
  }),
  HardSwish: pointwise((x, { pass }) => pass.kernels.hardswish(x)),
  HardSigmoid: pointwise((x, { node }) =>
    tf.clipByValue(
      tf.add(tf.mul(x, floatAttribute(node, 'alpha', 0.2)), floatAttribute(node, 'beta', 0.5)),
      0,
      1,
    ),
  ),
  Gelu: pointwise((x, { node }) =>
    stringAttribute(node, 'approximate', 'none') === 'tanh' ? tanhGelu(x) : gelu(x),
  ),
  Clip: pointwise((x, context) => {
    const [least = -Infinity] = numbersOf(context.constant(1));
    const [most = Infinity] = numbersOf(context.constant(2));
    if (least === 0 && most === 6) return context.pass.kernels.relu6(x);
    return tf.clipByValue(x, least, most);
  }),
};

/** https://onnx.ai/onnx/operators/onnx__Gelu.html */
function tanhGelu(x: tf.Tensor): tf.Tensor {
  const cubed = tf.mul(x, tf.square(x));
  const inner = tf.mul(tf.add(x, tf.mul(cubed, 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}
