import type { Tensor } from '../../onnx/graph';
import type { Operand } from './quantized_steps';
import type { TfliteElementType } from '../file/read';

/** TFLite's kernels take signed integers, so unsigned ones move by half their range; the real numbers stay the same. */
const halfRange = { uint8: 128, uint16: 32_768 } as const;

/** The element type in the file of an ONNX operand. */
export function storedElementType({
  elementType,
}: Pick<Operand, 'elementType'>): TfliteElementType {
  if (elementType === 'uint8') return 'int8';
  return elementType === 'uint16' ? 'int16' : elementType;
}

export function storedZeroPoint({
  elementType,
  quantization,
}: Pick<Operand, 'elementType' | 'quantization'>): number {
  const zeroPoint = quantization?.zeroPoint ?? 0;
  return elementType === 'uint8' || elementType === 'uint16'
    ? zeroPoint - halfRange[elementType]
    : zeroPoint;
}

/** A constant's values as the file has them. */
export function storedConstant(
  tensor: Tensor,
): Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array {
  switch (tensor.elementType) {
    case 'uint8':
      return Int8Array.from(tensor.data, (value) => value - halfRange.uint8);
    case 'uint16':
      return Int16Array.from(tensor.data, (value) => value - halfRange.uint16);
    case 'int64':
      return Int32Array.from(tensor.data, Number);
    case 'int8':
    case 'int16':
    case 'int32':
    case 'float32':
    case 'bool':
      return tensor.data;
    case 'float16':
    case 'float64':
    case 'uint32':
    case 'uint64':
      throw new Error(
        `broken invariant: a constant of ${tensor.elementType} reaches no TFLite operator`,
      );
  }
}
