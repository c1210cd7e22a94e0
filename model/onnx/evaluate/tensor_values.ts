import { bytesPerElement, elementCount, type ElementType, type Tensor } from '../graph';
import { tensorOfBytes } from '../tensor_codec';

/** The values as doubles, exact but for 64-bit integers beyond 2^53. */
export function numbersOf(tensor: Tensor): ArrayLike<number> | undefined {
  switch (tensor.elementType) {
    case 'float16':
      return Float64Array.from(tensor.data, halfPrecision);
    case 'int64':
    case 'uint64':
      return Float64Array.from(tensor.data as ArrayLike<unknown> as ArrayLike<bigint>, Number);
    default:
      return tensor.data;
  }
}

/** IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
function halfPrecision(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Whether a tensor of this type can be made of numbers: nothing is rounded to float16 here. */
export function isNumeric(type: ElementType): boolean {
  return type !== 'float16';
}

/** Rounds to the type as ONNX's Cast does: floats to nearest, integers towards zero; 64-bit integers saturate. */
export function tensorOfNumbers(
  elementType: ElementType,
  shape: readonly number[],
  values: ArrayLike<number>,
): Tensor {
  switch (elementType) {
    case 'float32':
      return { elementType, shape, data: Float32Array.from(values) };
    case 'float64':
      return { elementType, shape, data: Float64Array.from(values) };
    case 'int8':
      return { elementType, shape, data: Int8Array.from(values) };
    case 'uint8':
      return { elementType, shape, data: Uint8Array.from(values) };
    case 'int16':
      return { elementType, shape, data: Int16Array.from(values) };
    case 'float16':
    case 'uint16':
      return { elementType, shape, data: Uint16Array.from(values) };
    case 'int32':
      return { elementType, shape, data: Int32Array.from(values) };
    case 'uint32':
      return { elementType, shape, data: Uint32Array.from(values) };
    case 'int64':
      return {
        elementType,
        shape,
        data: BigInt64Array.from(values as ArrayLike<unknown> as ArrayLike<bigint>, (value) =>
          saturated(Number(value), -(2n ** 63n), 2n ** 63n - 1n),
        ),
      };
    case 'uint64':
      return {
        elementType,
        shape,
        data: BigUint64Array.from(values as ArrayLike<unknown> as ArrayLike<bigint>, (value) =>
          saturated(Number(value), 0n, 2n ** 64n - 1n),
        ),
      };
    case 'bool':
      return {
        elementType,
        shape,
        data: Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)),
      };
  }
}

function saturated(value: number, lowest: bigint, highest: bigint): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= Number(highest)) return highest;
  return value <= Number(lowest) ? lowest : BigInt(Math.trunc(value));
}

export function reshaped(tensor: Tensor, shape: readonly number[]): Tensor {
  return { ...tensor, shape };
}

/** Steps in elements between neighbours along each axis of a row-major tensor. */
export function rowMajorStrides(shape: readonly number[]): readonly number[] {
  const strides: number[] = [];
  let step = 1;
  for (const size of shape.toReversed()) {
    strides.push(step);
    step *= size;
  }
  return strides.reverse();
}

/** Where each element of a row-major tensor of this shape lies in a source that is walked by these strides. */
export function offsetsOf(
  shape: readonly number[],
  strides: readonly number[],
  base = 0,
): Int32Array {
  let offsets = Int32Array.of(base);
  shape.forEach((size, axis) => {
    const step = strides[axis] ?? 0;
    const wider = new Int32Array(offsets.length * size);
    let position = 0;
    for (const offset of offsets)
      for (let index = 0; index < size; index += 1) wider[position++] = offset + index * step;
    offsets = wider;
  });
  return offsets;
}

/** Strides that repeat a tensor over a larger shape, by NumPy's rule. */
export function broadcastStrides(
  from: readonly number[],
  to: readonly number[],
): readonly number[] {
  const strides = rowMajorStrides(from);
  return to.map((_, axis) => {
    const own = axis - to.length + from.length;
    return own < 0 || from[own] === 1 ? 0 : (strides[own] ?? 0);
  });
}

/** A tensor made of elements of another, bit for bit. */
export function picked(source: Tensor, shape: readonly number[], offsets: Int32Array): Tensor {
  const width = bytesPerElement[source.elementType];
  const from = lanesOf(source.data, width);
  const lanes = Math.max(1, width / 4);
  const to =
    width === 1
      ? new Uint8Array(offsets.length)
      : width === 2
        ? new Uint16Array(offsets.length)
        : new Uint32Array(offsets.length * lanes);
  for (let index = 0; index < offsets.length; index += 1) {
    for (let lane = 0; lane < lanes; lane += 1)
      to[index * lanes + lane] = from[(offsets[index] ?? 0) * lanes + lane] ?? 0;
  }
  return tensorOfBytes(source.elementType, shape, new Uint8Array(to.buffer));
}

function lanesOf(
  { buffer, byteOffset, byteLength }: Tensor['data'],
  width: number,
): Uint8Array | Uint16Array | Uint32Array {
  if (width === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  return width === 2
    ? new Uint16Array(buffer, byteOffset, byteLength / 2)
    : new Uint32Array(buffer, byteOffset, byteLength / 4);
}

/** Puts tensors of one type behind one another along an axis. */
export function joined(
  parts: readonly Tensor[],
  axis: number,
  shape: readonly number[],
): Tensor | undefined {
  const [first] = parts;
  if (first === undefined || parts.some((part) => part.elementType !== first.elementType))
    return undefined;
  const width = bytesPerElement[first.elementType];
  const outer = elementCount(shape.slice(0, axis));
  const bytes = new Uint8Array(elementCount(shape) * width);
  let position = 0;
  for (let row = 0; row < outer; row += 1) {
    for (const { data } of parts) {
      const length = data.byteLength / outer;
      bytes.set(new Uint8Array(data.buffer, data.byteOffset + row * length, length), position);
      position += length;
    }
  }
  return tensorOfBytes(first.elementType, shape, bytes);
}
