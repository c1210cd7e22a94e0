import type { onnx } from 'onnx-proto';
import { fail, ok, type Result } from '../../common/result';
import { bytesPerElement, elementCount, type ElementType, type Tensor } from './graph';

const codes: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
};
const typesByCode: ReadonlyMap<number, ElementType> = new Map(
  (Object.keys(codes) as ElementType[]).map((type) => [codes[type], type]),
);

/** Bound of a tensor's rank: more dimensions than any operator takes. */
const largestRank = 16;

export function elementTypeCode(type: ElementType): number {
  return codes[type];
}

export function elementTypeOfCode(code: number): ElementType | undefined {
  return typesByCode.get(code);
}

/** Protobuf gives 64-bit integers as Long objects. */
export function toNumber(value: number | { toNumber(): number } | null | undefined): number {
  if (value === null || value === undefined) return 0;
  return typeof value === 'number' ? value : value.toNumber();
}

export function encodeTensor(
  name: string,
  tensor: Tensor,
): onnx.ITensorProto & { readonly rawData: Uint8Array } {
  const { buffer, byteOffset, byteLength } = tensor.data;
  return {
    name,
    dims: [...tensor.shape],
    dataType: codes[tensor.elementType],
    rawData: new Uint8Array(buffer, byteOffset, byteLength),
  };
}

/** Checks a constant's type, shape and amount of data. The error names no tensor: the caller does. */
export function decodeTensor(proto: onnx.ITensorProto): Result<Tensor, string> {
  if ((proto.dataLocation ?? 0) !== 0 || (proto.externalData?.length ?? 0) > 0)
    return fail('its values are in another file');
  const elementType = typesByCode.get(proto.dataType ?? 0);
  if (elementType === undefined)
    return fail(`element type ${proto.dataType ?? 0} is not supported`);
  const shape = (proto.dims ?? []).map(toNumber);
  if (
    shape.length > largestRank ||
    shape.some((dimension) => !Number.isSafeInteger(dimension) || dimension < 0)
  )
    return fail(`shape ${shape.join('x')} is not valid`);
  const raw = rawBytes(proto, elementType);
  const expectedBytes = elementCount(shape) * bytesPerElement[elementType];
  if (raw.length !== expectedBytes)
    return fail(
      `shape ${shape.join('x')} needs ${expectedBytes} bytes, the file has ${raw.length}`,
    );
  return ok(tensorOfBytes(elementType, shape, raw));
}

/** The values as little-endian bytes, whichever of ONNX's fields they are in. */
function rawBytes(proto: onnx.ITensorProto, elementType: ElementType): Uint8Array {
  if (proto.rawData !== undefined && proto.rawData !== null && proto.rawData.length > 0)
    return proto.rawData;
  switch (elementType) {
    case 'float32':
      return bytesOf(Float32Array.from(proto.floatData ?? []));
    case 'float64':
      return bytesOf(Float64Array.from(proto.doubleData ?? []));
    case 'int64':
      return bytesOf(BigInt64Array.from((proto.int64Data ?? []).map(bigint)));
    case 'uint64':
      return bytesOf(BigUint64Array.from((proto.uint64Data ?? []).map(bigint)));
    case 'uint32':
      return bytesOf(Uint32Array.from((proto.uint64Data ?? []).map(toNumber)));
    case 'float16':
    case 'int8':
    case 'uint8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'bool':
      return narrowed(proto.int32Data ?? [], bytesPerElement[elementType]);
  }
}

function narrowed(values: readonly number[], width: number): Uint8Array {
  if (width === 1) return Uint8Array.from(values);
  return bytesOf(width === 2 ? Uint16Array.from(values) : Int32Array.from(values));
}

function bigint(value: number | { toString(): string }): bigint {
  return BigInt(value.toString());
}

function bytesOf(data: Tensor['data']): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Little-endian bytes as a tensor. Copies what is a part of a larger buffer: typed arrays must be aligned, and a file's buffer can then be freed. */
export function tensorOfBytes(
  elementType: ElementType,
  shape: readonly number[],
  raw: Uint8Array,
): Tensor {
  const buffer =
    raw.byteLength === raw.buffer.byteLength ? raw.buffer : Uint8Array.from(raw).buffer;
  switch (elementType) {
    case 'float32':
      return { elementType, shape, data: new Float32Array(buffer) };
    case 'float16':
      return { elementType, shape, data: new Uint16Array(buffer) };
    case 'float64':
      return { elementType, shape, data: new Float64Array(buffer) };
    case 'int8':
      return { elementType, shape, data: new Int8Array(buffer) };
    case 'uint8':
      return { elementType, shape, data: new Uint8Array(buffer) };
    case 'int16':
      return { elementType, shape, data: new Int16Array(buffer) };
    case 'uint16':
      return { elementType, shape, data: new Uint16Array(buffer) };
    case 'int32':
      return { elementType, shape, data: new Int32Array(buffer) };
    case 'uint32':
      return { elementType, shape, data: new Uint32Array(buffer) };
    case 'int64':
      return { elementType, shape, data: new BigInt64Array(buffer) };
    case 'uint64':
      return { elementType, shape, data: new BigUint64Array(buffer) };
    case 'bool':
      return { elementType, shape, data: new Uint8Array(buffer) };
  }
}
