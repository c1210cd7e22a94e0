import fc from 'fast-check';
import { createRandom } from '../../../common/random';
import {
  drawAtLeast,
  greatestOf,
  leastCostAtLeast,
  type ValuedParts,
} from '../../../search/accuracy/valued_parts';

const partsArbitrary = fc
  .array(
    fc.array(
      fc.record({ value: fc.integer({ min: -5, max: 9 }), cost: fc.integer({ min: 1, max: 30 }) }),
      { minLength: 1, maxLength: 4 },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) =>
    parts.map((options) => options.map((option, index) => ({ ...option, genotype: [index] }))),
  );

/** Every combination, counted out. */
function combinations<Option>(
  parts: readonly (readonly Option[])[],
): readonly (readonly Option[])[] {
  return parts.reduce<readonly (readonly Option[])[]>(
    (all, options) => all.flatMap((one) => options.map((option) => [...one, option])),
    [[]],
  );
}
const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const sumOf = (parts: ValuedParts, genotype: readonly number[]): number =>
  sum(genotype.map((choice, part) => parts[part]![choice]!.value));

describe('parts that are chosen independently', () => {
  it('are at most what all of them are at most', () => {
    fc.assert(
      fc.property(partsArbitrary, (parts) => {
        const best = greatestOf(parts);
        expect(best.sum).toBe(
          Math.max(...combinations(parts).map((one) => sum(one.map(({ value }) => value)))),
        );
        expect(sumOf(parts, best.genotype)).toBe(best.sum);
      }),
    );
  });

  it('cost least where listing them says so', () => {
    fc.assert(
      fc.property(partsArbitrary, fc.integer({ min: -20, max: 40 }), (parts, least) => {
        const enough = combinations(parts).filter(
          (one) => sum(one.map(({ value }) => value)) >= least,
        );
        expect(leastCostAtLeast(parts, least)).toBe(
          enough.length === 0
            ? undefined
            : Math.min(...enough.map((one) => sum(one.map(({ cost }) => cost)))),
        );
      }),
    );
  });

  it('are told a cost that none is below when there are more combinations than can be told apart', () => {
    const random = createRandom(1);
    const parts = Array.from({ length: 9 }, () =>
      Array.from({ length: 40 }, (_, index) => ({
        value: index + random.next(),
        cost: index ** 1.5 + 10 * random.next(),
      })),
    );
    const least = leastCostAtLeast(parts, 200)!;
    // A combination by greed is near.
    const rate = 7.5;
    const greedy = parts.map((options) =>
      options.reduce((one, other) =>
        other.cost - rate * other.value < one.cost - rate * one.value ? other : one,
      ),
    );
    expect(sum(greedy.map(({ value }) => value))).toBeGreaterThan(200);
    expect(least).toBeLessThanOrEqual(sum(greedy.map(({ cost }) => cost)));
    expect(least).toBeGreaterThan(0.7 * sum(greedy.map(({ cost }) => cost)));
  });

  it('are drawn evenly from the combinations that reach a sum', () => {
    fc.assert(
      fc.property(
        partsArbitrary,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer(),
        (parts, share, seed) => {
          const sums = combinations(parts)
            .map((one) => sum(one.map(({ value }) => value)))
            .sort((a, b) => a - b);
          const least = sums[Math.floor(share * (sums.length - 1))]!;
          const [draw, random] = [drawAtLeast(parts, least), createRandom(seed)];
          for (let count = 0; count < 20; count += 1)
            expect(sumOf(parts, draw(random))).toBeGreaterThanOrEqual(least);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are drawn however few they are, each about as often', () => {
    const parts = Array.from({ length: 12 }, () =>
      [0, 1].map((value) => ({ value, genotype: [value] })),
    );
    const [draw, random] = [drawAtLeast(parts, 11), createRandom(1)];
    const counts = new Map<string, number>();
    for (let count = 0; count < 2_600; count += 1)
      counts.set(draw(random).join(''), (counts.get(draw(random).join('')) ?? 0) + 1);
    expect(counts.size).toBe(13);
    expect(Math.min(...counts.values())).toBeGreaterThan(140);
  });
});
