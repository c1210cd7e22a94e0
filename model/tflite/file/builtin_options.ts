import type { BuiltinOptions, OptionField } from './draft';
import { elementTypeCode } from './read';

/**
 * Options of the operators that are written: table numbers (union BuiltinOptions) and field numbers of
 * tensorflow/lite/schema/schema.fbs.
 */
export const activationCodes = { NONE: 0, RELU: 1, RELU_N1_TO_1: 2, RELU6: 3 } as const;
export type FusedActivation = keyof typeof activationCodes;
export type Padding = 'SAME' | 'VALID';

export interface WindowOptions {
  readonly padding: Padding;
  /** Height, width. */
  readonly strides: readonly [number, number];
}

export const noOptions: BuiltinOptions = { type: 0, fields: [] };

export function convolutionOptions(
  window: WindowOptions,
  dilations: readonly [number, number],
  activation: FusedActivation,
): BuiltinOptions {
  return {
    type: 1,
    fields: [
      ...windowFields(window),
      byte(3, activationCodes[activation]),
      int(4, dilations[1]),
      int(5, dilations[0]),
    ],
  };
}

export function depthwiseOptions(
  window: WindowOptions,
  {
    dilations,
    multiplier,
  }: { readonly dilations: readonly [number, number]; readonly multiplier: number },
  activation: FusedActivation,
): BuiltinOptions {
  return {
    type: 2,
    fields: [
      ...windowFields(window),
      int(3, multiplier),
      byte(4, activationCodes[activation]),
      int(5, dilations[1]),
      int(6, dilations[0]),
    ],
  };
}

export function transposeConvolutionOptions(window: WindowOptions): BuiltinOptions {
  return { type: 49, fields: [...windowFields(window)] };
}

export function poolOptions(
  window: WindowOptions,
  kernel: readonly [number, number],
): BuiltinOptions {
  return { type: 5, fields: [...windowFields(window), int(3, kernel[1]), int(4, kernel[0])] };
}

export function fullyConnectedOptions(
  activation: FusedActivation,
  keepDimensions: boolean,
): BuiltinOptions {
  return {
    type: 8,
    fields: [byte(0, activationCodes[activation]), byte(2, keepDimensions ? 1 : 0)],
  };
}

export function batchMatmulOptions(transposeSecond: boolean): BuiltinOptions {
  return { type: 101, fields: [byte(1, transposeSecond ? 1 : 0)] };
}

export const softmaxOptions: BuiltinOptions = {
  type: 9,
  fields: [{ field: 0, width: 'float', value: 1 }],
};

/** For ADD and SUB: 16-bit scales need not be powers of two. */
export function sumOptions(kind: 'ADD' | 'SUB', activation: FusedActivation): BuiltinOptions {
  return {
    type: kind === 'ADD' ? 11 : 28,
    fields: [byte(0, activationCodes[activation]), byte(1, 0)],
  };
}

export function productOptions(kind: 'MUL' | 'DIV', activation: FusedActivation): BuiltinOptions {
  return { type: kind === 'MUL' ? 21 : 29, fields: [byte(0, activationCodes[activation])] };
}

export function concatenationOptions(axis: number): BuiltinOptions {
  return { type: 10, fields: [int(0, axis)] };
}

export function reducerOptions(keepDimensions: boolean): BuiltinOptions {
  return { type: 27, fields: [byte(0, keepDimensions ? 1 : 0)] };
}

export function splitOptions(kind: 'SPLIT' | 'SPLIT_V', count: number): BuiltinOptions {
  return { type: kind === 'SPLIT' ? 35 : 79, fields: [int(0, count)] };
}

export function gatherOptions(axis: number): BuiltinOptions {
  return { type: 23, fields: [int(0, axis)] };
}

export interface Coordinates {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

export function resizeOptions(
  kind: 'RESIZE_BILINEAR' | 'RESIZE_NEAREST_NEIGHBOR',
  { alignCorners, halfPixelCenters }: Coordinates,
): BuiltinOptions {
  // The bilinear table keeps the places of two fields that are gone.
  const first = kind === 'RESIZE_BILINEAR' ? 2 : 0;
  return {
    type: kind === 'RESIZE_BILINEAR' ? 15 : 74,
    fields: [byte(first, alignCorners ? 1 : 0), byte(first + 1, halfPixelCenters ? 1 : 0)],
  };
}

export function blockOptions(
  kind: 'DEPTH_TO_SPACE' | 'SPACE_TO_DEPTH',
  block: number,
): BuiltinOptions {
  return { type: kind === 'DEPTH_TO_SPACE' ? 94 : 19, fields: [int(0, block)] };
}

export function geluOptions(approximate: boolean): BuiltinOptions {
  return { type: 116, fields: [byte(0, approximate ? 1 : 0)] };
}

/** Without repeating the outermost elements. */
export const mirrorPadOptions: BuiltinOptions = { type: 77, fields: [byte(0, 0)] };

export function localResponseOptions({
  radius,
  bias,
  alpha,
  beta,
}: {
  readonly radius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}): BuiltinOptions {
  return {
    type: 13,
    fields: [
      int(0, radius),
      ...[bias, alpha, beta].map((value, index) => ({
        field: index + 1,
        width: 'float' as const,
        value,
      })),
    ],
  };
}

/** ONNX's indices have 64 bits. */
export function argOptions(kind: 'ARG_MAX' | 'ARG_MIN'): BuiltinOptions {
  return { type: kind === 'ARG_MAX' ? 40 : 57, fields: [byte(0, elementTypeCode('int64'))] };
}

export function leakyReluOptions(alpha: number): BuiltinOptions {
  return { type: 75, fields: [{ field: 0, width: 'float', value: alpha }] };
}

/** Operators whose options table exists and is empty, or keeps its defaults. */
export const plainOptions = {
  RESHAPE: { type: 17, fields: [] },
  TRANSPOSE: { type: 26, fields: [] },
  PAD: { type: 22, fields: [] },
  PADV2: { type: 43, fields: [] },
  SLICE: { type: 48, fields: [] },
  STRIDED_SLICE: { type: 32, fields: [] },
  DEQUANTIZE: { type: 38, fields: [] },
  QUANTIZE: { type: 89, fields: [] },
  HARD_SWISH: { type: 91, fields: [] },
  MAXIMUM: { type: 39, fields: [] },
  MINIMUM: { type: 39, fields: [] },
  BROADCAST_TO: { type: 104, fields: [] },
  SQUARED_DIFFERENCE: { type: 76, fields: [] },
} satisfies Readonly<Record<string, BuiltinOptions>>;

function windowFields({ padding, strides }: WindowOptions): readonly OptionField[] {
  return [byte(0, padding === 'SAME' ? 0 : 1), int(1, strides[1]), int(2, strides[0])];
}

function byte(field: number, value: number): OptionField {
  return { field, width: 'byte', value };
}

function int(field: number, value: number): OptionField {
  return { field, width: 'int', value };
}
