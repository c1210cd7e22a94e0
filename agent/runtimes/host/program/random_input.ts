import { createRandom } from '../../../../common/random';

type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** More elements than any input of a phone model: beyond, a shape is a mistake and the allocation would fail late. */
const mostElements = 2 ** 28;

/** One seed for all: equal models are always timed on equal inputs. */
const inputSeed = 'host-benchmark';

/**
 * A tensor's data: uniform in [0, 1) for floats, over the whole range for 8 and 16 bits, 0 or 1 for wider integers
 * (which are indices more often than quantities) and booleans. @throws Error for an element type that has no array.
 */
export function randomInput(
  name: string,
  elementType: string,
  shape: readonly number[],
): NumberArray {
  const elements = shape.reduce((product, extent) => product * extent, 1);
  if (!shape.every((extent) => Number.isInteger(extent) && extent > 0) || elements > mostElements) {
    throw new Error(
      `Failed to load model: input "${name}" has the shape [${shape.join(', ')}]; export the model with fixed, positive extents`,
    );
  }
  const random = createRandom(`${inputSeed}/${name}`);
  return fill(name, elementType, elements, () => random.next());
}

function fill(
  name: string,
  elementType: string,
  elements: number,
  uniform: () => number,
): NumberArray {
  const below = (bound: number) => (): number => Math.floor(uniform() * bound);
  const length = { length: elements };
  switch (elementType) {
    case 'float32':
      return Float32Array.from(length, uniform);
    case 'float64':
      return Float64Array.from(length, uniform);
    case 'float16':
      // Bits of the half-precision numbers 0 to 1: all finite.
      return Uint16Array.from(length, below(0x3c01));
    case 'int8':
      return Int8Array.from(length, below(256));
    case 'uint8':
      return Uint8Array.from(length, below(256));
    case 'int16':
      return Int16Array.from(length, below(65_536));
    case 'uint16':
      return Uint16Array.from(length, below(65_536));
    case 'bool':
      return Uint8Array.from(length, below(2));
    case 'int32':
      return Int32Array.from(length, below(2));
    case 'uint32':
      return Uint32Array.from(length, below(2));
    case 'int64':
      return BigInt64Array.from(length, () => BigInt(below(2)()));
    case 'uint64':
      return BigUint64Array.from(length, () => BigInt(below(2)()));
    default:
      throw new Error(
        `Failed to load model: input "${name}" has the element type ${elementType}, for which no input can be made`,
      );
  }
}
