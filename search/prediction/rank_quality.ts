/** How well predictions order what was measured. */
export interface RankQuality {
  /** Kendall's τ-b: of pairs, how many more are in the right order than in the wrong one. */
  readonly kendallTau: number;
  /** Among the half that was measured best. */
  readonly kendallTauBetterHalf: number;
  readonly spearman: number;
  readonly meanSquaredError: number;
  readonly rSquared: number;
}

export function rankQuality(
  predicted: readonly number[],
  measured: readonly number[],
): RankQuality {
  const better = betterHalf(measured);
  const of = (values: readonly number[]): readonly number[] =>
    better.map((index) => values[index] ?? 0);
  const errors = measured.map((value, index) => (value - (predicted[index] ?? 0)) ** 2);
  const mean = meanOf(measured);
  const total = measured.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const squared = errors.reduce((sum, error) => sum + error, 0);
  return {
    kendallTau: kendallTau(predicted, measured),
    kendallTauBetterHalf: kendallTau(of(predicted), of(measured)),
    spearman: correlation(ranksOf(predicted), ranksOf(measured)),
    meanSquaredError: measured.length === 0 ? 0 : squared / measured.length,
    rSquared: total === 0 ? 0 : 1 - squared / total,
  };
}

/** Kendall, https://doi.org/10.1093/biomet/30.1-2.81; τ-b, which takes ties into account. Pair by pair: a predictor is judged on some dozens of networks. */
export function kendallTau(one: readonly number[], other: readonly number[]): number {
  let [agreeing, tiedOne, tiedOther, pairs] = [0, 0, 0, 0];
  for (let first = 0; first < one.length; first += 1)
    for (let second = first + 1; second < one.length; second += 1) {
      const a = Math.sign((one[first] ?? 0) - (one[second] ?? 0));
      const b = Math.sign((other[first] ?? 0) - (other[second] ?? 0));
      agreeing += a * b;
      if (a === 0) tiedOne += 1;
      if (b === 0) tiedOther += 1;
      pairs += 1;
    }
  const scale = Math.sqrt((pairs - tiedOne) * (pairs - tiedOther));
  return scale === 0 ? 0 : agreeing / scale;
}

function betterHalf(measured: readonly number[]): readonly number[] {
  return Array.from(measured.keys())
    .sort((a, b) => (measured[b] ?? 0) - (measured[a] ?? 0))
    .slice(0, Math.ceil(measured.length / 2));
}

/** From 1; equal values share the mean of their ranks. */
function ranksOf(values: readonly number[]): readonly number[] {
  return values.map((value) => {
    const below = values.filter((each) => each < value).length;
    const equal = values.filter((each) => each === value).length;
    return below + (equal + 1) / 2;
  });
}

function correlation(one: readonly number[], other: readonly number[]): number {
  const [meanOne, meanOther] = [meanOf(one), meanOf(other)];
  let [both, squareOne, squareOther] = [0, 0, 0];
  one.forEach((value, index) => {
    const [a, b] = [value - meanOne, (other[index] ?? 0) - meanOther];
    both += a * b;
    squareOne += a * a;
    squareOther += b * b;
  });
  const scale = Math.sqrt(squareOne * squareOther);
  return scale === 0 ? 0 : both / scale;
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
