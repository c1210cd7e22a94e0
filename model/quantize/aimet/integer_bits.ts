import type { ActivationType } from '../encoding/encoding';

export const weightBits = 8;

export function activationBits(elementType: ActivationType): number {
  return elementType === 'uint8' ? 8 : 16;
}

/** Scales below the normal numbers would be flushed to zero by some kernels. */
export function isFloat32Scale(scale: number): boolean {
  return scale >= 2 ** -126 && Number.isFinite(Math.fround(scale));
}
