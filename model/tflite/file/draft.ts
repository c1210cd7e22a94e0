import type { TfliteModel, TfliteOperator, TfliteTensor } from './read';

/** real = scale · (integer − zeroPoint); one scale for all, or one for each slice along the stored axis. */
export interface TensorQuantization {
  readonly scales: Float32Array;
  readonly zeroPoint: number;
  readonly axis: number;
}

export interface DraftTensor extends TfliteTensor {
  /** Little-endian values of a constant. */
  readonly data?: Uint8Array | undefined;
  readonly quantization?: TensorQuantization | undefined;
}

/** A field of an operator's options table by its number in the schema; absent fields have the schema's default. */
export interface OptionField {
  readonly field: number;
  readonly width: 'byte' | 'int' | 'float';
  readonly value: number;
}

export interface BuiltinOptions {
  /** The table's number in the union BuiltinOptions of the schema. */
  readonly type: number;
  readonly fields: readonly OptionField[];
}

export interface DraftOperator extends TfliteOperator {
  readonly version: number;
  readonly options: BuiltinOptions;
}

/** A TFLite file as plain data: what conversion makes and the serializer writes. */
export interface TfliteDraft extends TfliteModel {
  readonly name: string;
  readonly tensors: readonly DraftTensor[];
  readonly operators: readonly DraftOperator[];
}
