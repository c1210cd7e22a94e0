import * as tf from '@tensorflow/tfjs-core';
import { assert } from '../../../../common/assert';
import { intAttribute, type Node } from '../../../../model/onnx/graph';
import { convolve, convolveTransposed, outputChannelAxis } from '../convolution';
import {
  operandOf,
  type GraphOperator,
  type OperatorContext,
  type OperatorTable,
} from './graph_operator';
import { asImage, image } from './graph_tensor';
import { pairOf, sidesOf } from './window';

export const convolutionOperators: OperatorTable = {
  Conv: biased((x, weight, { node }) =>
    convolve(x, weight, {
      kernel: pairOf(node, 'kernel_shape'),
      stride: pairOf(node, 'strides'),
      dilation: pairOf(node, 'dilations'),
      padding: sidesOf(node),
      groups: intAttribute(node, 'group', 1),
    }),
  ),
  ConvTranspose: biased((x, weight, { node, outputShape }) => {
    const [top, left] = sidesOf(node);
    const [, , height = 1, width = 1] = outputShape(0);
    return convolveTransposed(x, weight, {
      stride: pairOf(node, 'strides'),
      cut: [top, left],
      size: [height, width],
    });
  }),
};

/** A transposed convolution has the weight HW, output channels, input channels. */
function channelAxisOf(node: Node, weight: tf.Tensor): number {
  return node.kind === 'ConvTranspose'
    ? 2
    : outputChannelAxis(weight, intAttribute(node, 'group', 1));
}

function biased(
  compute: (x: tf.Tensor4D, weight: tf.Tensor4D, context: OperatorContext) => tf.Tensor4D,
): GraphOperator {
  return (context) => {
    const { node, pass } = context;
    const weight = context.parameter(1);
    assert(weight !== undefined, 'a convolution has a weight');
    const convolved = compute(
      pass.quantizedActivation(node.name, asImage(operandOf(context))) as tf.Tensor4D,
      pass.quantizedWeight(weight, channelAxisOf(node, weight)) as tf.Tensor4D,
      context,
    );
    const bias = context.parameter(2);
    return image(bias === undefined ? convolved : tf.add(convolved, bias));
  };
}
