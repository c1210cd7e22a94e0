import fc from 'fast-check';
import { createRandom } from '../../../common/random';
import { frontNumbers, nondominatedIndices } from '../../../search/front/nondominated_sort';
import { dominates, type Point } from '../../../search/front/point';

/** Peels front after front, comparing every pair. */
function peel(points: readonly Point[]): number[] {
  const numbers = points.map(() => -1);
  for (let front = 0; numbers.includes(-1); front += 1) {
    const left = points.map((_, index) => index).filter((index) => numbers[index] === -1);
    for (const index of left) {
      if (!left.some((other) => dominates(points[other]!, points[index]!))) numbers[index] = front;
    }
  }
  return numbers;
}

/** Few distinct values, so that ties and duplicates are the rule. */
const crowdedValue = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.constantFrom(Infinity, -Infinity, -0, 0.5),
);
const anyValue = fc.double({ noNaN: true });

function pointSets(dimensions: number): fc.Arbitrary<number[][]> {
  const points = (value: fc.Arbitrary<number>): fc.Arbitrary<number[][]> =>
    fc.array(fc.array(value, { minLength: dimensions, maxLength: dimensions }), { maxLength: 60 });
  return fc.oneof(points(crowdedValue), points(anyValue));
}

describe('the non-dominated sort', () => {
  it.each([1, 2, 3, 4, 5])('agrees with peeling pair by pair in %i objectives', (dimensions) => {
    fc.assert(
      fc.property(pointSets(dimensions), (points) => {
        expect(frontNumbers(points)).toEqual(peel(points));
      }),
      { numRuns: 200 },
    );
  });

  it('agrees with peeling on larger sets', () => {
    const random = createRandom(1);
    for (const dimensions of [2, 3, 4]) {
      const points = Array.from({ length: 300 }, () =>
        Array.from({ length: dimensions }, () => random.below(40)),
      );
      expect(frontNumbers(points)).toEqual(peel(points));
    }
  });

  it('takes no points, and one', () => {
    expect(frontNumbers([])).toEqual([]);
    expect(frontNumbers([[1, 2, 3]])).toEqual([0]);
  });

  it('puts equal points on one front', () => {
    expect(
      frontNumbers([
        [1, 1],
        [1, 1],
        [2, 1],
        [2, 1],
      ]),
    ).toEqual([0, 0, 1, 1]);
  });

  it('refuses a NaN rather than ranking it', () => {
    expect(() => frontNumbers([[1, Number.NaN]])).toThrow('NaN');
  });

  it('lists the non-dominated in input order', () => {
    expect(
      nondominatedIndices([
        [3, 1],
        [2, 2],
        [2, 3],
        [1, 3],
      ]),
    ).toEqual([0, 1, 3]);
  });
});
