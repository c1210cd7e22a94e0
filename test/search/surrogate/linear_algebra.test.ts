import fc from 'fast-check';
import { createRandom } from '../../../common/random';
import { additiveLatency, fitAdditiveCosts } from '../../../search/surrogate/additive_cost';
import {
  factorise,
  inverseOf,
  logDeterminant,
  solveLower,
  solveUpper,
} from '../../../search/surrogate/cholesky';
import { minimise } from '../../../search/surrogate/lbfgs';

/** B Bᵀ + diagonal. */
function positiveDefinite(size: number, diagonal: number, seed: number): Float64Array {
  const random = createRandom(seed);
  const rows = Array.from({ length: size }, () =>
    Array.from({ length: size }, () => random.normal()),
  );
  return Float64Array.from({ length: size * size }, (_, place) => {
    const [row, column] = [Math.floor(place / size), place % size];
    return rows[row]!.reduce(
      (sum, value, index) => sum + value * rows[column]![index]!,
      row === column ? diagonal : 0,
    );
  });
}

describe('the Cholesky factor', () => {
  it('solves, inverts, and has the determinant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(1000), (size, seed) => {
        const matrix = positiveDefinite(size, 1, seed);
        const factor = factorise(matrix, size);
        const inverse = inverseOf(factor);
        const solution = Float64Array.from({ length: size }, (_, index) => index + 1);
        solveLower(factor, solution);
        solveUpper(factor, solution);
        for (let row = 0; row < size; row += 1) {
          let product = 0;
          for (let index = 0; index < size; index += 1)
            product += matrix[row * size + index]! * solution[index]!;
          expect(product).toBeCloseTo(row + 1, 6);
          for (let column = 0; column < size; column += 1) {
            let entry = 0;
            for (let index = 0; index < size; index += 1)
              entry += matrix[row * size + index]! * inverse[index * size + column]!;
            expect(entry).toBeCloseTo(row === column ? 1 : 0, 6);
          }
        }
      }),
      { numRuns: 40 },
    );
    expect(logDeterminant(factorise(Float64Array.of(4, 0, 0, 9), 2))).toBeCloseTo(Math.log(36), 12);
  });

  it('exists for a matrix of equal rows, and for one that rounding made indefinite', () => {
    expect(factorise(new Float64Array(25).fill(1), 5).lower.every(Number.isFinite)).toBe(true);
    expect(
      factorise(Float64Array.of(1, 1 + 1e-6, 1 + 1e-6, 1), 2).lower.every(Number.isFinite),
    ).toBe(true);
  });
});

describe('L-BFGS', () => {
  it('walks to the end of a curved valley', () => {
    const valley = ([x = 0, y = 0]: Float64Array) => ({
      value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
      gradient: Float64Array.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
    });
    const [x, y] = minimise(valley, Float64Array.of(-1, 1), 200);
    expect([x, y]).toEqual([expect.closeTo(1, 1), expect.closeTo(1, 1)]);
  });
});

describe('the additive costs', () => {
  it('find what a sum is made of, and are never below zero', () => {
    const random = createRandom(1);
    const rows = Array.from({ length: 60 }, () =>
      Float64Array.from({ length: 4 }, () => random.below(6)),
    );
    const latencies = rows.map((row) => additiveLatency(Float64Array.of(2, 1, 0, 3, 0.5), row));
    const costs = fitAdditiveCosts(rows, latencies);
    expect(costs.every((cost) => cost >= 0)).toBe(true);
    for (const [index, row] of rows.entries())
      expect(additiveLatency(costs, row) / latencies[index]!).toBeCloseTo(1, 1);
  });
});
