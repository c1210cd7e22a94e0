import { createRandom } from '../../../common/random';

export const inputShape = [3, 224, 224] as const;

/** Images of normal noise; equal purposes give the same. */
export function normals(purpose: string, count: number): readonly Float32Array[] {
  const random = createRandom('quantizers').derive(purpose);
  return Array.from({ length: count }, () =>
    Float32Array.from(
      { length: inputShape.reduce((product, dimension) => product * dimension, 1) },
      () => random.normal(),
    ),
  );
}
