import { binaryOperators } from './binary_operators';
import { convolutionOperators } from './convolution_operators';
import type { GraphOperator } from './graph_operator';
import { imageOperators } from './image_operators';
import { pointwiseOperators } from './pointwise_operators';
import { shapeOperators } from './shape_operators';
import { tokenOperators } from './token_operators';

/** By ONNX's name. */
export const operators: ReadonlyMap<string, GraphOperator> = new Map(
  [
    convolutionOperators,
    imageOperators,
    pointwiseOperators,
    binaryOperators,
    shapeOperators,
    tokenOperators,
  ].flatMap((table) => Object.entries(table)),
);
