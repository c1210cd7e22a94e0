import * as tf from '@tensorflow/tfjs-core';
import {
  numbersOf,
  type GraphOperator,
  type OperatorContext,
  type OperatorTable,
} from './graph_operator';
import { asImage, asOnnx, type GraphTensor } from './graph_tensor';

/** Of two operands, of which one may be a constant or a parameter; ONNX's broadcasting. */
export const binaryOperators: OperatorTable = {
  Add: binary((one, other) => tf.add(one, other)),
  Sub: binary((one, other) => tf.sub(one, other)),
  Mul: binary((one, other) => tf.mul(one, other)),
  Div: binary((one, other) => tf.div(one, other)),
  Pow: binary((one, other) => tf.pow(one, other)),
  Max: binary((one, other) => tf.maximum(one, other)),
  Min: binary((one, other) => tf.minimum(one, other)),
  PRelu: binary((x, slope) => tf.sub(tf.relu(x), tf.mul(slope, tf.relu(tf.neg(x))))),
};

function binary(compute: (one: tf.Tensor, other: tf.Tensor) => tf.Tensor): GraphOperator {
  return (context) => {
    const operands = [operandAt(context, 0), operandAt(context, 1)] as const;
    const rank = context.outputShape(0).length;
    const isImage = operands.some(({ made }) => made?.layout === 'nhwc');
    const laidOut = isImage && operands.every(fitsImage) ? besideImage : inOnnxOrder;
    const [one, other] = operands.map((operand) => laidOut(operand, rank));
    const tensor = compute(one ?? tf.scalar(0), other ?? tf.scalar(0));
    return { layout: laidOut === besideImage ? 'nhwc' : 'onnx', tensor };
  };
}

type BinaryOperand =
  | { readonly made: GraphTensor; readonly constant?: undefined }
  /** In ONNX's shape, the same for all samples. */
  | { readonly made?: undefined; readonly constant: tf.Tensor };

function operandAt(context: OperatorContext, index: number): BinaryOperand {
  const made = context.made(index);
  if (made !== undefined) return { made };
  const constant = context.constant(index);
  return {
    constant:
      context.parameter(index) ??
      tf.tensor(Float32Array.from(numbersOf(constant)), [...(constant?.shape ?? [])]),
  };
}

/** Whether it can be held as an image: at most four axes, the first of four is 1. */
function fitsImage({ made, constant }: BinaryOperand): boolean {
  if (made?.layout === 'nhwc') return true;
  const shape = made === undefined ? constant.shape : made.tensor.shape.slice(1);
  return shape.length < 4 || (shape.length === 4 && shape[0] === 1);
}

function besideImage({ made, constant }: BinaryOperand): tf.Tensor {
  if (made?.layout === 'nhwc') return made.tensor;
  if (made !== undefined) return asImage({ layout: 'onnx', tensor: withRank(made.tensor, 4) });
  return constant.size === 1
    ? tf.reshape(constant, [])
    : asImage({ layout: 'onnx', tensor: withRank(tf.expandDims(constant, 0), 4) });
}

function inOnnxOrder({ made, constant }: BinaryOperand, rank: number): tf.Tensor {
  return made === undefined ? constant : withRank(asOnnx(made), rank);
}

/** [samples, ...] with so many axes behind the samples': the missing ones are 1, and stand before the others. */
function withRank(tensor: tf.Tensor, rank: number): tf.Tensor {
  const [samples = 1, ...own] = tensor.shape;
  const missing = rank - own.length;
  return missing <= 0
    ? tensor
    : tf.reshape(tensor, [samples, ...Array.from({ length: missing }, () => 1), ...own]);
}
