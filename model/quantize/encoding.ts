/** How real numbers stand as 8-bit integers: real = scale · (integer − zeroPoint). */
export interface Encoding {
  readonly scale: number;
  readonly zeroPoint: number;
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Narrower ranges are widened to this: a constant tensor would otherwise have a zero scale. As in AIMET's quantsim. */
const narrowestRange = 1e-5;

/** Scales below it would be flushed to zero by some kernels. */
const smallestNormalFloat = 2 ** -126;

const largestUint8 = 255;
/** Symmetric and without −128, so that every weight has its negative. */
const largestInt8 = 127;
const largestInt32 = 2 ** 31 - 1;

/** 2^52 + 2^51: adding it to a number below 2^51 leaves no fraction bits, and the processor rounds halves to even. */
const roundingOffset = 6755399441055744;

/** Rounds to the nearest integer, halves to the even one; for |value| < 2^51. Math.round takes halves up, which biases sums. */
export function roundHalfEven(value: number): number {
  return value + roundingOffset - roundingOffset;
}

/** Asymmetric uint8 over the range, which is widened to hold zero: padding and ReLU need an exact zero. */
export function activationEncoding(range: Range): Encoding {
  const min = Math.min(range.min, 0);
  const max = Math.max(range.max, 0, min + narrowestRange);
  const scale = Math.fround((max - min) / largestUint8);
  return { scale, zeroPoint: clamp(roundHalfEven(-min / scale), 0, largestUint8) };
}

/**
 * Symmetric int8 for a weight whose largest absolute value is given. Weights have no narrowest range: a folded batch
 * normalization of a large signal has tiny ones. For a channel of zeros any scale will do.
 */
export function weightScale(largestMagnitude: number): number {
  return largestMagnitude === 0 ? Math.fround(1 / largestInt8) : Math.max(Math.fround(largestMagnitude / largestInt8), smallestNormalFloat);
}

/**
 * The smallest weight scale with which a bias still fits into int32 (with a factor two to spare), since the bias's scale
 * is the input's times the weight's: matters for channels whose weights are almost zero.
 */
export function weightScaleForBias(bias: number, inputScale: number): number {
  return Math.fround((2 * Math.abs(bias)) / (inputScale * largestInt32));
}

/** Saturates at 0 and 255. */
export function quantizeUint8(value: number, encoding: Encoding): number {
  return clamp(roundHalfEven(value / encoding.scale) + encoding.zeroPoint, 0, largestUint8);
}

/** Saturates at ±127. */
export function quantizeInt8(value: number, scale: number): number {
  return clamp(roundHalfEven(value / scale), -largestInt8, largestInt8);
}

/** Saturates at ±(2^31 − 1). */
export function quantizeInt32(value: number, scale: number): number {
  return clamp(roundHalfEven(value / scale), -largestInt32, largestInt32);
}

/** The real number that an integer stands for. */
export function dequantize(integer: number, encoding: Encoding): number {
  return encoding.scale * (integer - encoding.zeroPoint);
}

function clamp(value: number, min: number, max: number): number {
  return value < min ? min : value > max ? max : value;
}
