import { fail, ok, type Result } from '../../common/result';

/** NumPy's array file: magic, version, length of the header, a Python dictionary, values. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
interface NpyHeader {
  readonly elementType: NpyElementType;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly dataOffset: number;
  readonly dataBytes: number;
}

type RealType = 'float32' | 'float64' | 'uint8';
type WholeType = 'int8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'int64';
export type NpyElementType = RealType | WholeType;

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Version 1 has 16 bits for the header's length, 2 and 3 have 32. */
const lengthBytes: ReadonlyMap<number, number> = new Map([
  [1, 2],
  [2, 4],
  [3, 4],
]);
/** NumPy's own bound is 10,000 characters (numpy.load, max_header_size). */
const longestHeader = 10_000;
/** As many bytes tell whether there is a header, and hold it. */
export const npyHeadBytes = magic.length + 2 + 4 + longestHeader;

const realTypes: ReadonlyMap<string, NpyElementType> = new Map([
  ['<f4', 'float32'],
  ['<f8', 'float64'],
  ['|u1', 'uint8'],
]);
const allTypes: ReadonlyMap<string, NpyElementType> = new Map([
  ...realTypes,
  ['|i1', 'int8'],
  ['<i2', 'int16'],
  ['<u2', 'uint16'],
  ['<i4', 'int32'],
  ['<u4', 'uint32'],
  ['<i8', 'int64'],
]);
const bytesPerElement: Readonly<Record<NpyElementType, number>> = {
  float32: 4,
  float64: 8,
  uint8: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
};

/** NumPy writes the three keys in this order, with these spaces; other writers may leave out spaces. A shape is (), (3,) or (2, 3). */
const dictionary =
  /^\{\s*'descr'\s*:\s*'([^'\\]{1,20})'\s*,\s*'fortran_order'\s*:\s*(True|False)\s*,\s*'shape'\s*:\s*\(((?:\d{1,15}\s*,\s*)*(?:\d{1,15})?)\)\s*,?\s*\}\s*$/;

/** What an array may hold: values as networks take them, or whole numbers as well, as labels are. */
type NpyContent = 'values' | 'labels';

/** Reads the header from the file's first bytes. The error is half a line, without the file's name. */
export function readNpyHeader(
  head: Uint8Array,
  content: NpyContent = 'values',
): Result<NpyHeader, string> {
  if (!magic.every((byte, index) => head[index] === byte))
    return fail('is no .npy file; save it with numpy.save');
  const version = head[magic.length] ?? 0;
  const width = lengthBytes.get(version);
  if (width === undefined)
    return fail(`has version ${String(version)} of the .npy format; expected 1, 2 or 3`);
  const start = magic.length + 2 + width;
  if (head.length < start) return fail('ends within its header');
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const length =
    width === 2 ? view.getUint16(magic.length + 2, true) : view.getUint32(magic.length + 2, true);
  if (length > longestHeader)
    return fail(
      `has a header of ${String(length)} bytes; expected at most ${String(longestHeader)}`,
    );
  if (head.length < start + length) return fail('ends within its header');
  return parseDictionary(Buffer.from(head.subarray(start, start + length)).toString('latin1'), {
    dataOffset: start + length,
    content,
  });
}

function parseDictionary(
  text: string,
  { dataOffset, content }: { readonly dataOffset: number; readonly content: NpyContent },
): Result<NpyHeader, string> {
  const [, descr = '', fortran, dimensions = ''] = dictionary.exec(text) ?? [];
  if (fortran === undefined)
    return fail('has a header that NumPy does not write; save it with numpy.save');
  const elementType = (content === 'values' ? realTypes : allTypes).get(descr);
  if (elementType === undefined)
    return fail(
      `has values of type '${descr.replaceAll(/[^\w<>|=]/g, '?')}'; expected float32, float64${content === 'values' ? '' : ', whole numbers'} or uint8 in little-endian order, e.g. array.astype('${content === 'values' ? '<f4' : '<i8'}')`,
    );
  if (fortran === 'True') return fail('is in Fortran order; save numpy.ascontiguousarray(array)');
  const shape = dimensions
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(Number);
  const elements = shape.reduce((product, dimension) => product * dimension, 1);
  if (!Number.isSafeInteger(elements * bytesPerElement[elementType]))
    return fail(`has the impossible shape ${shape.join('x')}`);
  return ok({ elementType, shape, dataOffset, dataBytes: elements * bytesPerElement[elementType] });
}

/** Elements as float32; `bytes` may lie anywhere in memory. Of whole numbers exact up to 2^24. */
export function npyValues(bytes: Uint8Array, elementType: NpyElementType): Float32Array {
  if (elementType === 'uint8') return Float32Array.from(bytes);
  const aligned = Uint8Array.from(bytes).buffer;
  switch (elementType) {
    case 'float32':
      return new Float32Array(aligned);
    case 'float64':
      return Float32Array.from(new Float64Array(aligned));
    case 'int8':
      return Float32Array.from(new Int8Array(aligned));
    case 'int16':
      return Float32Array.from(new Int16Array(aligned));
    case 'uint16':
      return Float32Array.from(new Uint16Array(aligned));
    case 'int32':
      return Float32Array.from(new Int32Array(aligned));
    case 'uint32':
      return Float32Array.from(new Uint32Array(aligned));
    case 'int64':
      return Float32Array.from(new BigInt64Array(aligned), Number);
  }
}

export function npyElementBytes(elementType: NpyElementType): number {
  return bytesPerElement[elementType];
}

/** The values as an array file, as `numpy.save` writes it: values begin at a multiple of 64 bytes. */
export function npyBytes(data: Float32Array, shape: readonly number[]): Uint8Array {
  const dimensions = shape.length === 1 ? `${String(shape[0])},` : shape.join(', ');
  const dictionaryText = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const start = magic.length + 2 + 2;
  const length = Math.ceil((start + dictionaryText.length + 1) / 64) * 64 - start;
  const head = Buffer.alloc(start + length, ' ');
  head.set([...magic, 1, 0]);
  head.writeUInt16LE(length, magic.length + 2);
  head.write(dictionaryText, start, 'latin1');
  head.write('\n', head.length - 1, 'latin1');
  return Buffer.concat([head, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}
