/** Samples of one shape as numpy.save writes them: the header fills 128 bytes. */
export function npy(shape: readonly number[], samples: readonly Float32Array[]): Buffer {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${[samples.length, ...shape].join(', ')}), }`;
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  return Buffer.concat([
    head,
    Buffer.from(`${dictionary.padEnd(117)}\n`),
    ...samples.map((sample) => Buffer.from(sample.buffer)),
  ]);
}
