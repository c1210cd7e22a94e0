import * as tf from '@tensorflow/tfjs-core';
import { assert } from '../../../../common/assert';
import { floatAttribute, intAttribute } from '../../../../model/onnx/graph';
import { normalizeLayer } from '../activation';
import { multiplyLast } from '../multiply_last';
import { asOnnx, type OperatorTable } from './graph_operator';

/** On vectors and tokens. */
export const tokenOperators: OperatorTable = {
  Gemm: ([operand], context) => {
    const { node, pass } = context;
    const x = asOnnx(operand);
    const weight = context.parameter(1);
    assert(weight !== undefined, 'a dense layer of the canonical form has a weight');
    // A weight [out, in] is held as [in, out]; one that is not transposed lies so already.
    assert(intAttribute(node, 'transA', 0) === 0, 'the canonical form transposes no inputs');
    const product = multiplyLast(
      pass.quantizedActivation(node.name, x.tensor),
      pass.quantizedWeight(weight),
    );
    const bias = context.parameter(2);
    return { ...x, tensor: bias === undefined ? product : tf.add(product, bias) };
  },
  MatMul: (operands, context) => {
    const [first, second] = operands.map(asOnnx);
    assert(first !== undefined, 'an operand is made by a node');
    if (second !== undefined) return { ...first, tensor: tf.matMul(first.tensor, second.tensor) };
    const weight = context.parameter(1);
    assert(weight !== undefined, 'the other operand is a weight behind it');
    return { ...first, tensor: multiplyLast(first.tensor, context.pass.quantizedWeight(weight)) };
  },
  LayerNormalization: ([operand], context) => {
    const x = asOnnx(operand);
    const scale = context.parameter(1);
    assert(scale !== undefined, 'a normalization has a scale');
    const shift = context.parameter(2) ?? tf.scalar(0);
    const epsilon = floatAttribute(context.node, 'epsilon', 1e-5);
    return { ...x, tensor: normalizeLayer(x.tensor, { scale, shift, epsilon }) };
  },
};
