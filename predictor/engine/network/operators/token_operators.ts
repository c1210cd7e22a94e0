import * as tf from '@tensorflow/tfjs-core';
import { assert } from '../../../../common/assert';
import { floatAttribute, intAttribute } from '../../../../model/onnx/graph';
import { normalizeLayer } from '../activation';
import { multiplyLast } from '../multiply_last';
import { operandOf, type OperatorContext, type OperatorTable } from './graph_operator';
import { asOnnx, heldAxis, workable, type GraphTensor } from './graph_tensor';

/** On vectors and tokens. */
export const tokenOperators: OperatorTable = {
  Gemm: (context) => {
    const weight = context.parameter(1);
    assert(weight !== undefined, 'a dense layer of the canonical form has a weight');
    const product = multiplyLast(quantized(context, 0), context.pass.quantizedWeight(weight, 1));
    const bias = context.parameter(2);
    return inOrder(bias === undefined ? product : tf.add(product, bias));
  },
  MatMul: (context) => {
    const { quantizedWeight } = context.pass;
    const [left, right] = [context.parameter(0), context.parameter(1)];
    if (right !== undefined)
      return inOrder(multiplyLast(quantized(context, 0), quantizedWeight(right, 1)));
    if (left === undefined) return inOrder(tf.matMul(quantized(context, 0), quantized(context, 1)));
    const turned = multiplyLast(
      matricesTurned(quantized(context, 1)),
      quantizedWeight(matricesTurned(left), 1),
    );
    return inOrder(matricesTurned(turned));
  },
  Softmax: (context) => {
    const axis = intAttribute(context.node, 'axis', -1);
    const x = workable(operandOf(context), [axis]);
    return { layout: x.layout, tensor: overLast(x.tensor, heldAxis(x, axis), tf.softmax) };
  },
  LogSoftmax: (context) => {
    const axis = intAttribute(context.node, 'axis', -1);
    const x = workable(operandOf(context), [axis]);
    return { layout: x.layout, tensor: overLast(x.tensor, heldAxis(x, axis), tf.logSoftmax) };
  },
  LayerNormalization: (context) => {
    const scale = context.parameter(1);
    assert(scale !== undefined, 'a normalization has a scale');
    const shift = context.parameter(2) ?? tf.scalar(0);
    const epsilon = floatAttribute(context.node, 'epsilon', 1e-5);
    return inOrder(normalizeLayer(asOnnx(operandOf(context)), { scale, shift, epsilon }));
  },
};

function inOrder(tensor: tf.Tensor): GraphTensor {
  return { layout: 'onnx', tensor };
}

function quantized(context: OperatorContext, index: number): tf.Tensor {
  const name = `${context.node.name}/${index}`;
  return context.pass.quantizedActivation(name, asOnnx(operandOf(context, index)));
}

/** The last two axes, one for the other. */
function matricesTurned(x: tf.Tensor): tf.Tensor {
  const order = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...order.slice(0, -2), x.rank - 1, x.rank - 2]);
}

function overLast(x: tf.Tensor, axis: number, compute: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const last = x.rank - 1;
  if (axis === last) return compute(x);
  const order = x.shape.map((_, each) => (each === axis ? last : each === last ? axis : each));
  return tf.transpose(compute(tf.transpose(x, order)), order);
}
