import type { QuantizationParameters } from '../encoding/encoding';

/**
 * XNNPACK converts by a multiplier of so many steps per whole, and rounds halves up
 * (https://github.com/google/XNNPACK/blob/master/src/qs8-vcvt/scalar.c.in); ONNX Runtime divides in float32, and rounds them to even.
 */
const multiplierSteps = 256;

/** Coarser than this, a disagreement is the lesser harm. */
const mostWidening = 1.1;

/** Significant bits of a scale, so that multiples of it by a multiplier are exact in float32. */
const exactBits = 16;

/** The smallest scale from the source's on whose conversion to the target's scale is exact in steps of the multiplier; its own where that would be too coarse. */
export function convertibleScale(source: QuantizationParameters, target: number): number {
  const ratio = (multiplierSteps * source.scale) / target;
  const steps = [nextSteps(ratio, source.zeroPoint), Math.ceil(ratio - 1e-6)].find(
    (each) => each <= mostWidening * ratio,
  );
  return steps === undefined ? source.scale : Math.fround((steps * target) / multiplierSteps);
}

/** The smallest scale from the target's on to which the source's is converted so. */
export function receivingScale(source: QuantizationParameters, target: number): number {
  const ratio = (multiplierSteps * source.scale) / target;
  const steps = [nextSteps(ratio, source.zeroPoint) - 4, Math.floor(ratio + 1e-6)].find(
    (each) => each > 0 && each * mostWidening >= ratio,
  );
  return steps === undefined ? target : Math.fround((multiplierSteps * source.scale) / steps);
}

/** By at most 2^-15. */
export function withFewBits(scale: number): number {
  const unit = 2 ** (Math.floor(Math.log2(scale)) + 1 - exactBits);
  return Math.ceil(scale / unit) * unit;
}

/**
 * An odd number of steps puts only what is 128 from zero, on the side that has so much, into the middle between two integers, and one that is 3 modulo
 * 4 above zero, 1 below it, puts the even integer above that middle.
 */
function nextSteps(ratio: number, zeroPoint: number): number {
  const remainder = zeroPoint < multiplierSteps / 2 ? 3 : 1;
  return 4 * Math.ceil((ratio - remainder) / 4 - 1e-6) + remainder;
}
