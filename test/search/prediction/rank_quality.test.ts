import fc from 'fast-check';
import { kendallTau, rankQuality } from '../../../search/prediction/rank_quality';

describe('the quality of an order', () => {
  test('is 1 for the same order, -1 for the reverse, 0 where everything is alike', () => {
    expect(kendallTau([1, 2, 3, 4], [10, 20, 30, 40])).toBe(1);
    expect(kendallTau([4, 3, 2, 1], [10, 20, 30, 40])).toBe(-1);
    expect(kendallTau([1, 1, 1], [1, 2, 3])).toBe(0);
  });

  test('counts pairs', () => {
    // Of six pairs one is in the wrong order.
    expect(kendallTau([1, 3, 2, 4], [1, 2, 3, 4])).toBeCloseTo(4 / 6);
  });

  test('takes ties into account as in Kendall’s τ-b', () => {
    // Five of six pairs differ on the left, all on the right; all five agree.
    expect(kendallTau([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(5 / Math.sqrt(5 * 6));
  });

  test('does not change under a growing function of either side', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })), {
          minLength: 2,
          maxLength: 20,
        }),
        (pairs) => {
          const [one, other] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
          const grown = one.map((value) => Math.exp(value / 10));
          expect(kendallTau(grown, other)).toBeCloseTo(kendallTau(one, other), 10);
        },
      ),
    );
  });

  test('looks at the better half by itself, and at errors', () => {
    const measured = [10, 20, 30, 40];
    const quality = rankQuality([12, 22, 42, 32], measured);
    expect(quality.kendallTauBetterHalf).toBe(-1);
    expect(quality.kendallTau).toBeCloseTo(4 / 6);
    expect(quality.meanSquaredError).toBeCloseTo((4 + 4 + 144 + 64) / 4);
    expect(quality.rSquared).toBeCloseTo(1 - 216 / 500);
    expect(quality.spearman).toBeCloseTo(0.8);
  });
});
