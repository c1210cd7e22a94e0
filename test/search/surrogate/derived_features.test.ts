import { deriveFeatures } from '../../../search/surrogate/derived_features';

const choices = [3, 3, 2];
const all = [0, 1, 2].flatMap((a) => [0, 1, 2].flatMap((b) => [0, 1].map((c) => [a, b, c])));
/** The first position helps, by 2 and 4; the second does nothing; the third costs 6. */
const errorPercentOf = ([a = 0, , c = 0]: readonly number[]): number => 30 - 2 * a + 6 * c;
const sample = all.map((genotype) => ({ genotype, errorPercent: errorPercentOf(genotype) }));

describe('features of a space that tells none', () => {
  const derived = deriveFeatures(choices, sample);

  it('count how often each option stands at positions that have as many', () => {
    expect(Array.from(derived.countsOf([2, 2, 1]))).toEqual([0, 0, 2]);
    expect(
      Array.from(derived.featuresOf({ genotype: [0, 2, 1], errorPercent: 36 })).slice(0, 5),
    ).toEqual([1, 0, 1, 0, 2]);
  });

  it('know what choices are worth in accuracy, above the worst of their position', () => {
    const worthOf = (genotype: readonly number[]): readonly number[] =>
      Array.from(derived.worthOf(genotype));
    // Six networks have each option of the first position, nine each of the last: means are drawn a little towards the mean of all.
    const shrunk = 6 / (6 + 3);
    expect(worthOf([0, 1, 1])).toEqual([0, 0, 0]);
    expect(worthOf([1, 0, 1])[0]).toBeCloseTo(2 * shrunk, 9);
    expect(worthOf([2, 0, 1])[0]).toBeCloseTo(4 * shrunk, 9);
    expect(worthOf([0, 0, 0])[2]).toBeCloseTo(6 * (9 / 12), 9);
  });

  it('stay few where columns hold as many values as there are rows', () => {
    const wide = new Array<number>(200).fill(5_000);
    const genotype = wide.map((_, index) => index);
    const one = { genotype, errorPercent: 10 };
    const many = deriveFeatures(wide, [one]);
    expect(
      many.countsOf(genotype).length + many.featuresOf(one).length + many.worthOf(genotype).length,
    ).toBeLessThan(600);
  });
});
