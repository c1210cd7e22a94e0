import fc from 'fast-check';
import { compose } from '../../../search/surrogate/composition';

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const partsArbitrary = fc.array(
  fc.array(
    fc.record({ cost: fc.integer({ min: 0, max: 20 }), error: fc.integer({ min: 0, max: 20 }) }),
    { minLength: 1, maxLength: 4 },
  ),
  { minLength: 1, maxLength: 4 },
);

describe('a front that is composed part by part', () => {
  it('is the front, of costs and errors that add up over parts', () => {
    fc.assert(
      fc.property(partsArbitrary, fc.integer({ min: 0 }), (parts, seed) => {
        const options = parts.map((part) => part.map((_, index) => [index]));
        const price = (genotype: readonly number[]) => ({
          cost: sum(genotype.map((choice, part) => parts[part]![choice]!.cost)),
          error: sum(genotype.map((choice, part) => parts[part]![choice]!.error)),
        });
        const base = options.map((part) => part[seed % part.length]!);
        const composed = compose(base, options, price, 1_000).genotypes.map(price);
        const all = options
          .reduce<readonly (readonly number[])[]>(
            (genotypes, part) =>
              genotypes.flatMap((genotype) => part.map((option) => [...genotype, ...option])),
            [[]],
          )
          .map(price);
        const front = all.filter(
          (one) =>
            !all.some(
              (other) =>
                other.cost <= one.cost &&
                other.error <= one.error &&
                (other.cost < one.cost || other.error < one.error),
            ),
        );
        const texts = (prices: readonly { cost: number; error: number }[]): string[] =>
          [...new Set(prices.map(({ cost, error }) => `${cost} ${error}`))].sort();
        expect(texts(composed)).toEqual(texts(front));
      }),
    );
  });

  it('keeps both ends when fewer are asked for', () => {
    const parts = Array.from({ length: 6 }, () => [0, 1, 2, 3].map((choice) => [choice]));
    const price = (genotype: readonly number[]) => ({
      cost: sum(genotype),
      error: 100 - sum(genotype),
    });
    const { genotypes } = compose(
      parts.map(() => [1]),
      parts,
      price,
      5,
    );
    expect(genotypes.map(sum)).toEqual([0, 5, 9, 14, 18]);
  });

  it('leaves out what is not admitted, and has nothing to say of a base that is not', () => {
    const parts = [
      [[0], [1]],
      [[0], [1]],
    ];
    const price = (genotype: readonly number[]) =>
      genotype[0] === 1 ? undefined : { cost: sum(genotype), error: 5 - sum(genotype) };
    expect(compose([[0], [0]], parts, price, 10).genotypes).toEqual([
      [0, 0],
      [0, 1],
    ]);
    expect(compose([[1], [0]], parts, price, 10)).toEqual({ genotypes: [], parts });
  });
});
