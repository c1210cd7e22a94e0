import { rankCorrelation } from '../../../../cli/report/data/rank_correlation';
import { createRandom } from '../../../../common/random';

/** Mean ranks by counting, then Pearson's correlation by its definition. */
function dumb(left: readonly number[], right: readonly number[]): number {
  const ranks = (values: readonly number[]): number[] =>
    values.map(
      (value) =>
        values.filter((other) => other < value).length +
        (values.filter((other) => other === value).length - 1) / 2,
    );
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [ranks(left), ranks(right)];
  const covariance = (x: readonly number[], y: readonly number[]): number =>
    mean(x.map((value, index) => (value - mean(x)) * (y[index]! - mean(y))));
  return covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b));
}

describe("Spearman's rank correlation", () => {
  it('is 1 for any rising relation and -1 for any falling one', () => {
    expect(rankCorrelation([1, 2, 3, 10], [1, 4, 9, 1_000])).toBeCloseTo(1, 12);
    expect(rankCorrelation([1, 2, 3, 10], [5, 4, 3, -7])).toBeCloseTo(-1, 12);
  });

  it('agrees with its definition, ties included', () => {
    const random = createRandom(5);
    for (let round = 0; round < 50; round += 1) {
      const draw = (): number[] =>
        Array.from({ length: 2 + random.below(20) }, () => random.below(8));
      const left = [...draw(), -1];
      const right = [...left.slice(1).map(() => random.below(8)), 99];
      expect(rankCorrelation(left, right)).toBeCloseTo(dumb(left, right), 10);
    }
  });

  it('is not defined where nothing varies', () => {
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeUndefined();
    expect(rankCorrelation([], [])).toBeUndefined();
  });
});
