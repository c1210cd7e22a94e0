import type { QuantizationParameters } from '../encoding/encoding';
import { firstScale } from './first_scale';
import type { Line } from '../placement/rounding';

const integers = 256;
/** Float32 arithmetic is off by less than this part of a step. */
const floatMargin = 1e-4;
const tableMargin = 5e-4;
/** TFLite's is made of a sum whose operands XNNPACK weighs with 21 bits. */
const sumMargin = 1e-3;

/**
 * The first output scale, from the wanted one on, under which TFLite's HARD_SWISH gives for each of the 256 integers the one that is
 * nearest to x · max(0, min(1, x/6 + 1/2)); its kernel works with 16 bits, which is not enough for that under any scale.
 */
export function hardSwishScale(
  input: QuantizationParameters,
  output: QuantizationParameters,
): number {
  return firstScale(output.scale, (scale) => {
    const kernel = tfliteHardSwish(input, { ...output, scale });
    return everyInteger((integer) => {
      const value = input.scale * (integer - input.zeroPoint);
      const steps = (value * Math.max(0, Math.min(1, value / 6 + 0.5))) / scale;
      return clamped(
        steps + output.zeroPoint,
        (exact) => !isNearTie(exact, floatMargin) && Math.round(exact) === kernel(integer),
      );
    });
  });
}

/** The first input scale, from the wanted one on, under which none of the 256 results of a HardSigmoid is near the middle between two integers. */
export function hardSigmoidInputScale(
  input: QuantizationParameters,
  output: QuantizationParameters,
  { slope, offset }: Line,
): number {
  return firstScale(input.scale, (scale) =>
    everyInteger((integer) => {
      const value = slope * scale * (integer - input.zeroPoint) + offset;
      return clamped(
        Math.max(0, Math.min(1, value)) / output.scale + output.zeroPoint,
        (exact) => !isNearTie(exact, sumMargin),
      );
    }),
  );
}

/** The first input scale, from the wanted one on, under which none of the 256 results of a sigmoid is near the middle between two integers: tables of different kernels are made with exponentials of different last bits. */
export function sigmoidInputScale(
  input: QuantizationParameters,
  output: QuantizationParameters,
): number {
  return firstScale(input.scale, (scale) =>
    everyInteger((integer) => {
      const value = scale * (integer - input.zeroPoint);
      return clamped(
        1 / (1 + Math.exp(-value)) / output.scale + output.zeroPoint,
        (exact) => !isNearTie(exact, tableMargin),
      );
    }),
  );
}

function everyInteger(holds: (integer: number) => boolean): boolean {
  for (let integer = 0; integer < integers; integer += 1) if (!holds(integer)) return false;
  return true;
}

/** Results beyond the ends saturate, whatever they are exactly. */
function clamped(exact: number, holds: (exact: number) => boolean): boolean {
  return exact < -0.25 || exact > integers - 0.75 || holds(exact);
}

function isNearTie(value: number, margin: number): boolean {
  return Math.abs(value - Math.floor(value) - 0.5) < margin;
}

/**
 * TFLite's kernel on unsigned integers, in 16-bit fixed point.
 * https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/kernels/internal/reference/hard_swish.h
 */
export function tfliteHardSwish(
  input: QuantizationParameters,
  output: QuantizationParameters,
): (integer: number) => number {
  const fineScale = input.scale / 128;
  const toOutput = multiplierOf(fineScale / output.scale);
  const toUnit = multiplierOf(fineScale / (3 / 32_768));
  return (integer) => {
    const fine = (integer - input.zeroPoint) * 128;
    const onOutputScale = doublingHighMultiply(fine, toOutput.factor, true);
    let gate = toUnit.exponent > 0 ? saturate16(fine * 2 ** (toUnit.exponent - 1)) : fine;
    gate = doublingHighMultiply(gate, toUnit.factor, true);
    if (toUnit.exponent > 0) gate = saturate16(gate * 2);
    if (toUnit.exponent < 0) gate = dividedByPower(gate, -toUnit.exponent);
    const share = Math.floor((gate + 32_768) / 2);
    const product = doublingHighMultiply(share, onOutputScale, false);
    const result = dividedByPower(product, -toOutput.exponent) + output.zeroPoint;
    return Math.max(0, Math.min(integers - 1, result));
  };
}

/** factor · 2^exponent with a factor of 15 bits, rounded to 31 bits before, as TFLite does. */
function multiplierOf(value: number): { readonly factor: number; readonly exponent: number } {
  let exponent = Math.floor(Math.log2(value)) + 1;
  let wide = Math.round((value / 2 ** exponent) * 2 ** 31);
  if (wide === 2 ** 31) {
    wide /= 2;
    exponent += 1;
  }
  const factor = wide >= 2 ** 31 - 2 ** 15 ? 32_767 : Math.floor((wide + 2 ** 15) / 2 ** 16);
  return { factor, exponent };
}

/** (a · b · 2) / 2^16 of 16-bit integers; without rounding it is truncated towards zero. */
function doublingHighMultiply(first: number, second: number, rounds: boolean): number {
  const product = first * second;
  const nudge = !rounds ? 0 : product >= 0 ? 2 ** 14 : 1 - 2 ** 14;
  return saturate16(Math.trunc((product + nudge) / 2 ** 15));
}

/** To the nearest, halves away from zero. */
function dividedByPower(value: number, exponent: number): number {
  return Math.sign(value) * Math.floor((Math.abs(value) + 2 ** exponent / 2) / 2 ** exponent);
}

function saturate16(value: number): number {
  return Math.max(-32_768, Math.min(32_767, value));
}
