import * as tf from '@tensorflow/tfjs-core';
import { floatAttribute, intAttribute } from '../../../../model/onnx/graph';
import { activate, gelu } from '../activation';
import {
  asOnnx,
  heldAxis,
  numbersOf,
  pointwise,
  type GraphOperator,
  type GraphTensor,
  type OperatorContext,
  type OperatorTable,
} from './graph_operator';

/** Value by value. */
export const pointwiseOperators: OperatorTable = {
  Relu: pointwise((x) => tf.relu(x)),
  Sigmoid: pointwise((x) => tf.sigmoid(x)),
  Tanh: pointwise((x) => tf.tanh(x)),
  Erf: pointwise((x) => tf.erf(x)),
  Exp: pointwise((x) => tf.exp(x)),
  Sqrt: pointwise((x) => tf.sqrt(x)),
  Neg: pointwise((x) => tf.neg(x)),
  LeakyRelu: pointwise((x, { node }) => tf.leakyRelu(x, floatAttribute(node, 'alpha', 0.01))),
  HardSwish: pointwise((x, { pass }) => activate('hardswish', x, pass.kernels)),
  HardSigmoid: pointwise((x, { node }) =>
    tf.clipByValue(
      tf.add(tf.mul(x, floatAttribute(node, 'alpha', 0.2)), floatAttribute(node, 'beta', 0.5)),
      0,
      1,
    ),
  ),
  Gelu: pointwise((x, { node }) => {
    const approximate = node.attributes.get('approximate');
    return approximate?.kind === 'string' && approximate.value === 'tanh' ? tanhGelu(x) : gelu(x);
  }),
  Clip: pointwise((x, context) => {
    const [least = -Infinity] = numbersOf(context.constant(1));
    const [most = Infinity] = numbersOf(context.constant(2));
    return least === 0 && most === 6
      ? context.pass.kernels.relu6(x)
      : tf.clipByValue(x, least, most);
  }),
  Softmax: ([operand], { node }) => {
    const x = asOnnx(operand);
    const axis = heldAxis(x, intAttribute(node, 'axis', -1));
    return { ...x, tensor: softmax(x.tensor, axis) };
  },
  Add: binary((one, other) => tf.add(one, other)),
  Sub: binary((one, other) => tf.sub(one, other)),
  Mul: binary((one, other) => tf.mul(one, other)),
  Div: binary((one, other) => tf.div(one, other)),
  Pow: binary((one, other) => tf.pow(one, other)),
};

function softmax(x: tf.Tensor, axis: number): tf.Tensor {
  if (axis === x.rank - 1) return tf.softmax(x);
  const order = x.shape.map((_, each) =>
    each === axis ? x.rank - 1 : each === x.rank - 1 ? axis : each,
  );
  return tf.transpose(tf.softmax(tf.transpose(x, order)), order);
}

/** https://github.com/onnx/onnx/blob/main/docs/Operators.md#Gelu */
function tanhGelu(x: tf.Tensor): tf.Tensor {
  const inner = tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}

function binary(compute: (one: tf.Tensor, other: tf.Tensor) => tf.Tensor): GraphOperator {
  return (operands, context) => {
    const [first, second] = operands;
    if (second !== undefined) {
      const sameLayout = first.layout === second.layout;
      const [one, other] = sameLayout ? [first, second] : [asOnnx(first), asOnnx(second)];
      return { ...one, tensor: compute(one.tensor, other.tensor) };
    }
    const isSecondConstant = constantAt(context, 1) !== undefined;
    const constant = laidOut(constantAt(context, isSecondConstant ? 1 : 0) ?? tf.scalar(0), first);
    return {
      ...first,
      tensor: isSecondConstant ? compute(first.tensor, constant) : compute(constant, first.tensor),
    };
  };
}

function constantAt(context: OperatorContext, index: number): tf.Tensor | undefined {
  const parameter = context.parameter(index);
  if (parameter !== undefined) return parameter;
  const constant = context.constant(index);
  return constant === undefined
    ? undefined
    : tf.tensor(Float32Array.from(numbersOf(constant)), [...constant.shape]);
}

/** A constant of ONNX's order beside what may lie pixel by pixel. */
function laidOut(constant: tf.Tensor, beside: GraphTensor): tf.Tensor {
  if (beside.layout === 'onnx' || constant.size === 1) return constant;
  const whole = tf.reshape(constant, [
    ...Array.from({ length: 4 - constant.rank }, () => 1),
    ...constant.shape,
  ]);
  return tf.transpose(whole, [0, 2, 3, 1]);
}
