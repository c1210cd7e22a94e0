/** A .npy file as numpy.save writes it, or with one thing wrong. */
export function npyFile(
  values: ArrayBufferView,
  as: {
    readonly descr: string;
    readonly shape?: readonly number[];
    readonly shapeText?: string;
    readonly version?: number;
    readonly fortran?: boolean;
  },
): Buffer {
  const { descr, shape = [], version = 1, fortran = false } = as;
  const shapeText = as.shapeText ?? `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const width = version === 1 ? 2 : 4;
  const dictionary = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shapeText}, }`;
  const length = Math.ceil((8 + width + dictionary.length + 1) / 64) * 64 - 8 - width;
  const size = Buffer.alloc(width);
  size.writeUIntLE(length, 0, width);
  return Buffer.concat([
    Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]),
    size,
    Buffer.from(`${dictionary.padEnd(length - 1)}\n`, 'latin1'),
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  ]);
}
