import { largestInteger, type QuantizationParameters } from '../encoding/encoding';

/** Four roundings to float32 of at most 255 steps are off by less than this part of a step. */
const margin = 5e-5;
const largest = largestInteger('uint8');

/**
 * Whether runtimes agree on all averages of so many integers: none is nearly in the middle between two integers of the output, or it is so
 * exactly, for whoever divides and whoever multiplies by a reciprocal, and all round it to even; some add the zero point first, so it must be even, too.
 */
export function averagesAgree(
  counts: readonly number[],
  {
    input,
    output,
  }: { readonly input: QuantizationParameters; readonly output: QuantizationParameters },
): boolean {
  const hasEvenZero = output.zeroPoint % 2 === 0;
  return counts.every((count) => {
    const unit = input.scale / (count * output.scale);
    for (let below = -output.zeroPoint; below < largest - output.zeroPoint; below += 1) {
      const tie = below + 0.5;
      const sum = Math.round(tie / unit);
      const isReached =
        sum >= -count * input.zeroPoint && sum <= count * (largest - input.zeroPoint);
      if (
        isReached &&
        Math.abs(sum * unit - tie) < margin &&
        !(hasEvenZero && isExact({ sum, count, tie }, input.scale, output.scale))
      )
        return false;
    }
    return true;
  });
}

/** Whether it is the tie, and float32 gives it in each of three orders: by divisions, by reciprocals, and by one multiplier as convolutions do. */
function isExact(
  { sum, count, tie }: { readonly sum: number; readonly count: number; readonly tie: number },
  input: number,
  output: number,
): boolean {
  const { fround } = Math;
  const total = fround(sum * input);
  const share = fround(1 / count);
  const divided = fround(fround(total / count) / output);
  const multiplied = fround(fround(total * share) * fround(1 / output));
  const rescaled = fround(sum * fround(fround(input * share) / output));
  // Both products have few enough bits to be exact.
  const isTie = sum * input === tie * count * output;
  return (
    isTie &&
    total === sum * input &&
    [divided, multiplied, rescaled].every((result) => result === tie)
  );
}
