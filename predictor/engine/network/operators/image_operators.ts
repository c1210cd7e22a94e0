import * as tf from '@tensorflow/tfjs-core';
import { intAttribute, stringAttribute } from '../../../../model/onnx/graph';
import { maximize, padImage } from '../pooling';
import { resizeImage } from '../resize';
import { numbersOf, operandOf, type OperatorContext, type OperatorTable } from './graph_operator';
import { asImage, image } from './graph_tensor';
import { resizingOf } from './resizing';
import { pairOf, sidesOf } from './window';

/** On images: pools, sizes, and pixels that become channels. */
export const imageOperators: OperatorTable = {
  GlobalAveragePool: (context) => image(tf.mean(imageOf(context), [1, 2], true)),
  GlobalMaxPool: (context) => image(tf.max(imageOf(context), [1, 2], true)),
  MaxPool: (context) =>
    image(
      maximize(imageOf(context), {
        window: pairOf(context.node, 'kernel_shape'),
        stride: pairOf(context.node, 'strides'),
        padding: sidesOf(context.node),
      }),
    ),
  AveragePool: (context) => {
    const { node } = context;
    const padding = sidesOf(node);
    const [window, stride] = [pairOf(node, 'kernel_shape'), pairOf(node, 'strides')];
    const mean = (each: tf.Tensor4D): tf.Tensor4D =>
      tf.avgPool(padImage(each, padding, 0), window, stride, 'valid');
    const x = imageOf(context);
    const isWhole =
      padding.every((side) => side === 0) || intAttribute(node, 'count_include_pad', 0) === 1;
    // Where padding does not count, the mean is over the share of the window that lies in the image.
    return image(
      isWhole ? mean(x) : tf.div(mean(x), mean(tf.ones([1, x.shape[1], x.shape[2], 1]))),
    );
  },
  Pad: (context) => {
    const [, , top = 0, left = 0, , , bottom = 0, right = 0] = numbersOf(context.constant(1));
    const [value = 0] = numbersOf(context.constant(2));
    return image(padImage(imageOf(context), [top, left, bottom, right], value));
  },
  Resize: (context) => {
    const x = imageOf(context);
    const [, height, width] = x.shape;
    return image(resizeImage(x, resizingOf(context, [height, width])));
  },
  DepthToSpace: (context) => {
    const block = intAttribute(context.node, 'blocksize', 1);
    const isColumnRowDepth = stringAttribute(context.node, 'mode', 'DCR') === 'CRD';
    const x = imageOf(context);
    const [samples, height, width, channels] = x.shape;
    const rest = channels / (block * block);
    const apart = isColumnRowDepth
      ? tf.transpose(
          tf.reshape(x, [samples, height, width, rest, block, block]),
          [0, 1, 4, 2, 5, 3],
        )
      : tf.transpose(
          tf.reshape(x, [samples, height, width, block, block, rest]),
          [0, 1, 3, 2, 4, 5],
        );
    return image(tf.reshape(apart, [samples, height * block, width * block, rest]));
  },
};

function imageOf(context: OperatorContext): tf.Tensor4D {
  return asImage(operandOf(context));
}
