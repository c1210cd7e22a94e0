import { createRandom } from '../../../common/random';

const inputShape = [3, 224, 224] as const;

/** Images of normal noise; equal purposes give the same. */
export function normals(purpose: string, count: number): readonly Float32Array[] {
  const random = createRandom('quantizers').derive(purpose);
  return Array.from({ length: count }, () => Float32Array.from({ length: inputShape.reduce((product, dimension) => product * dimension, 1) }, () => random.normal()));
}

/** As numpy.save writes it: the header fills 128 bytes. */
export function npy(samples: readonly Float32Array[]): Buffer {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${[samples.length, ...inputShape].join(', ')}), }`;
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  return Buffer.concat([head, Buffer.from(`${dictionary.padEnd(117)}\n`), ...samples.map((sample) => Buffer.from(sample.buffer))]);
}
