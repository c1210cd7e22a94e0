import * as tf from '@tensorflow/tfjs-core';
import { assert } from '../../../../common/assert';
import { intAttribute, intsAttribute, type Node } from '../../../../model/onnx/graph';
import { convolve } from '../convolution';
import {
  asImage,
  image,
  numbersOf,
  type OperatorContext,
  type OperatorTable,
} from './graph_operator';

type Four = readonly [number, number, number, number];

/** On images: convolutions, pools, sizes. */
export const imageOperators: OperatorTable = {
  Conv: ([x], context) => {
    const { node, pass } = context;
    const weight = context.parameter(1);
    assert(weight !== undefined, 'a convolution has a weight');
    const convolved = convolve(
      pass.quantizedActivation(node.name, asImage(x)) as tf.Tensor4D,
      pass.quantizedWeight(weight) as tf.Tensor4D,
      {
        kernel: pair(intsAttribute(node, 'kernel_shape'), 1),
        stride: pair(intsAttribute(node, 'strides'), 1),
        padding: paddingOf(node),
        groups: intAttribute(node, 'group', 1),
      },
    );
    const bias = context.parameter(2);
    return image(bias === undefined ? convolved : tf.add(convolved, bias));
  },
  GlobalAveragePool: ([x]) => image(tf.mean(asImage(x), [1, 2], true)),
  MaxPool: ([x], { node }) => {
    const padded = padImage(asImage(x), paddingOf(node), -3.4e38);
    const [window, stride] = windowOf(node);
    return image(tf.maxPool(padded, window, stride, 'valid'));
  },
  AveragePool: ([x], { node }) => {
    const padding = paddingOf(node);
    const [window, stride] = windowOf(node);
    const mean = (each: tf.Tensor4D): tf.Tensor4D =>
      tf.avgPool(padImage(each, padding, 0), window, stride, 'valid');
    const pooled = mean(asImage(x));
    if (padding.every((side) => side === 0) || intAttribute(node, 'count_include_pad', 0) === 1)
      return image(pooled);
    return image(tf.div(pooled, mean(tf.onesLike(asImage(x)))));
  },
  Pad: ([x], context) => {
    const sides = numbersOf(context.constant(1));
    const [, , top = 0, left = 0, , , bottom = 0, right = 0] = sides;
    const [value = 0] = numbersOf(context.constant(2));
    return image(padImage(asImage(x), [top, left, bottom, right], value));
  },
  Resize: ([x], context) => {
    const [, , height = 1, width = 1] = numbersOf(context.constant(3));
    return image(resize(asImage(x), [height, width], context));
  },
};

function resize(x: tf.Tensor4D, size: [number, number], { node }: OperatorContext): tf.Tensor4D {
  const text = (name: string, absent: string): string => {
    const attribute = node.attributes.get(name);
    return attribute?.kind === 'string' ? attribute.value : absent;
  };
  const transformation = text('coordinate_transformation_mode', 'half_pixel');
  const alignCorners = transformation === 'align_corners';
  const halfPixel = transformation.endsWith('half_pixel');
  // The nearest pixel of half-pixel coordinates rounded down is that of plain coordinates in whole enlargements.
  return text('mode', 'nearest') === 'nearest'
    ? tf.image.resizeNearestNeighbor(x, size, alignCorners, false)
    : tf.image.resizeBilinear(x, size, alignCorners, halfPixel);
}

function padImage(x: tf.Tensor4D, [top, left, bottom, right]: Four, value: number): tf.Tensor4D {
  if (top + left + bottom + right === 0) return x;
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

function paddingOf(node: Node): Four {
  const [top = 0, left = 0, bottom = 0, right = 0] = intsAttribute(node, 'pads') ?? [];
  return [top, left, bottom, right];
}

function windowOf(node: Node): [[number, number], [number, number]] {
  return [pair(intsAttribute(node, 'kernel_shape'), 1), pair(intsAttribute(node, 'strides'), 1)];
}

function pair(values: readonly number[] | undefined, absent: number): [number, number] {
  const [first = absent, second = absent] = values ?? [];
  return [first, second];
}
