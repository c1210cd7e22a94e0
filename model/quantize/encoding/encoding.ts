/** The integers that activations are stored as. */
export type ActivationType = 'uint8' | 'uint16';

/** How real numbers stand as unsigned integers of one tensor: real = scale · (integer − zeroPoint). */
export interface Encoding {
  readonly elementType: ActivationType;
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Where the integers' type goes without saying; the name of TFLite's schema. */
export type QuantizationParameters = Pick<Encoding, 'scale' | 'zeroPoint'>;

/** Symmetric int8: real = scale · integer. One scale per slice along `axis`, or one for the whole tensor where it is null. */
export interface WeightEncoding {
  readonly axis: number | null;
  readonly scales: Float32Array;
  /** The smallest integer, where it is not −127: TFLite's specification wants that every weight has its negative. */
  readonly least?: -128 | -127;
}

/** A network's encodings by tensor name: those of a calibration, or those that an AIMET file brings. */
export interface NetworkEncodings {
  /** Of activations and of the float constants that are stored like them. */
  readonly activations: ReadonlyMap<string, Encoding>;
  readonly weights: ReadonlyMap<string, WeightEncoding>;
  /** Of products whose second factor is converted before them, to this; by the product's output. */
  readonly convertedFactors: ReadonlyMap<string, Encoding>;
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Narrower ranges are widened to this: a constant tensor would otherwise have a zero scale. As in AIMET's quantsim. */
const narrowestRange = 1e-5;

/** Scales below it would be flushed to zero by some kernels. */
const smallestNormalFloat = 2 ** -126;

const largestOf: Readonly<Record<ActivationType, number>> = { uint8: 255, uint16: 65535 };
/** Symmetric and without −128, so that every weight has its negative. */
const largestInt8 = 127;
const largestInt32 = 2 ** 31 - 1;

/** 2^52 + 2^51: adding it to a number below 2^51 leaves no fraction bits, and the processor rounds halves to even. */
const roundingOffset = 6755399441055744;

/** Rounds to the nearest integer, halves to the even one; for |value| < 2^51. Math.round takes halves up, which biases sums. */
export function roundHalfEven(value: number): number {
  return value + roundingOffset - roundingOffset;
}

/** The largest integer of an activation. */
export function largestInteger(elementType: ActivationType): number {
  return largestOf[elementType];
}

/** How wide the range is that an encoding of this one spans. */
export function encodedWidth({ min, max }: Range): number {
  return Math.max(max, 0, Math.min(min, 0) + narrowestRange) - Math.min(min, 0);
}

/** Asymmetric over the range, which is widened to hold zero: padding and ReLU need an exact zero. */
export function activationEncoding(range: Range, elementType: ActivationType): Encoding {
  const min = Math.min(range.min, 0);
  const max = Math.max(range.max, 0, min + narrowestRange);
  const scale = Math.fround((max - min) / largestOf[elementType]);
  return {
    elementType,
    scale,
    zeroPoint: clamp(roundHalfEven(-min / scale), 0, largestOf[elementType]),
  };
}

/** The same with the zero point in the middle. */
export function symmetricActivationEncoding(range: Range, elementType: ActivationType): Encoding {
  const zeroPoint = (largestOf[elementType] + 1) / 2;
  const steps = Math.max(
    -range.min / zeroPoint,
    range.max / (zeroPoint - 1),
    narrowestRange / largestOf[elementType],
  );
  return { elementType, scale: Math.fround(steps), zeroPoint };
}

/** Whether integers mean the same in both. */
export function haveOneGrid(first: Encoding, second: Encoding): boolean {
  return (
    first.scale === second.scale &&
    first.zeroPoint === second.zeroPoint &&
    first.elementType === second.elementType
  );
}

/** The real numbers that an encoding can hold. */
export function encodedRange({ elementType, scale, zeroPoint }: Encoding): Range {
  return { min: -zeroPoint * scale, max: (largestOf[elementType] - zeroPoint) * scale };
}

/**
 * Symmetric int8 for a weight whose largest absolute value is given. Weights have no narrowest range: a folded batch
 * normalization of a large signal has tiny ones. For a channel of zeros any scale will do.
 */
export function weightScale(largestMagnitude: number): number {
  return largestMagnitude === 0
    ? Math.fround(1 / largestInt8)
    : Math.max(Math.fround(largestMagnitude / largestInt8), smallestNormalFloat);
}

/**
 * The smallest weight scale with which a bias still fits into int32 (with a factor two to spare), since the bias's scale
 * is the input's times the weight's: matters for channels whose weights are almost zero.
 */
export function weightScaleForBias(bias: number, inputScale: number): number {
  return Math.fround((2 * Math.abs(bias)) / (inputScale * largestInt32));
}

/** Saturates at zero and at the type's largest integer. */
export function quantizeActivation(value: number, encoding: Encoding): number {
  return clamp(
    roundHalfEven(value / encoding.scale) + encoding.zeroPoint,
    0,
    largestOf[encoding.elementType],
  );
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
