/** An exact number: numerator / denominator, denominator positive. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** What a float32 or float64 is exactly. */
export function rational(value: number): Rational {
  let [whole, denominator] = [value, 1n];
  while (!Number.isInteger(whole)) [whole, denominator] = [whole * 2, denominator * 2n];
  return { numerator: BigInt(whole), denominator };
}

export function sum(first: Rational, second: Rational): Rational {
  return {
    numerator: first.numerator * second.denominator + second.numerator * first.denominator,
    denominator: first.denominator * second.denominator,
  };
}

export function times(first: Rational, second: Rational): Rational {
  return {
    numerator: first.numerator * second.numerator,
    denominator: first.denominator * second.denominator,
  };
}

export function over(first: Rational, second: Rational): Rational {
  return second.numerator < 0n
    ? times(first, { numerator: -second.denominator, denominator: -second.numerator })
    : times(first, { numerator: second.denominator, denominator: second.numerator });
}

/** How far a number is from the middle between two integers, 0 to 1/2. */
export function distanceFromTie({ numerator, denominator }: Rational): number {
  const remainder = ((numerator % denominator) + denominator) % denominator;
  const off = 2n * remainder - denominator;
  return Number(((off < 0n ? -off : off) * 2n ** 60n) / denominator) / 2 ** 61;
}
