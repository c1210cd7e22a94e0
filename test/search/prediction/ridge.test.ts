import { createRandom } from '../../../common/random';
import { fitRidge, predictRidge } from '../../../search/prediction/ridge';

function world(rows: number, noise: number): { rows: number[][]; targets: number[] } {
  const random = createRandom(7);
  const made = Array.from({ length: rows }, () => [
    random.normal(),
    5 + 3 * random.normal(),
    random.normal(),
  ]);
  return {
    rows: made,
    targets: made.map(([a = 0, b = 0]) => 70 + 4 * a - 2 * b + noise * random.normal()),
  };
}

describe('ridge regression', () => {
  test('finds a linear law', () => {
    const { rows, targets } = world(40, 0);
    const { model } = fitRidge(rows, targets);
    expect(predictRidge(model, [1, 5, 0]).value).toBeCloseTo(70 + 4 - 10, 1);
    expect(model.penalty).toBe(0.01);
  });

  test('says of each row what a fit to all others says, standardised by all', () => {
    const { rows, targets } = world(25, 2);
    const { model, leftOut } = fitRidge(rows, targets);
    // The dumb way: standardise once, then fit anew without each row.
    rows.forEach((row, left) => {
      const others = rows.filter((_, index) => index !== left);
      const rest = targets.filter((_, index) => index !== left);
      const again = refit(others, rest, model.penalty, model);
      expect(Math.abs(again(row) - (leftOut[left] ?? 0))).toBeLessThan(1e-6);
    });
  });

  test('is less sure of what lies far from all that it saw', () => {
    const { rows, targets } = world(30, 2);
    const { model } = fitRidge(rows, targets);
    const near = predictRidge(model, [0, 5, 0]).standardDeviation;
    const far = predictRidge(model, [6, 25, -6]).standardDeviation;
    expect(near).toBeGreaterThan(1);
    expect(far).toBeGreaterThan(1.5 * near);
  });

  test('shrinks where noise is all there is', () => {
    const random = createRandom(3);
    const rows = Array.from({ length: 12 }, () => [
      random.normal(),
      random.normal(),
      random.normal(),
      random.normal(),
    ]);
    const targets = rows.map(() => 50 + random.normal());
    const { model } = fitRidge(rows, targets);
    expect(model.penalty).toBeGreaterThanOrEqual(3);
  });
});

function refit(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  penalty: number,
  {
    means,
    deviations,
  }: { readonly means: readonly number[]; readonly deviations: readonly number[] },
): (row: readonly number[]) => number {
  const standard = (row: readonly number[]): number[] =>
    row.map((value, index) => (value - (means[index] ?? 0)) / (deviations[index] ?? 1));
  const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length;
  // Gradient descent until nothing moves.
  let slopes = means.map(() => 0);
  let intercept = mean;
  for (let step = 0; step < 20_000; step += 1) {
    const gradient = slopes.map((slope) => penalty * slope);
    let shift = 0;
    rows.forEach((row, at) => {
      const x = standard(row);
      const error =
        x.reduce((sum, value, index) => sum + value * (slopes[index] ?? 0), intercept) -
        (targets[at] ?? 0);
      x.forEach((value, index) => (gradient[index] = (gradient[index] ?? 0) + error * value));
      shift += error;
    });
    slopes = slopes.map((slope, index) => slope - 0.01 * (gradient[index] ?? 0));
    intercept -= 0.01 * shift;
  }
  return (row) =>
    standard(row).reduce((sum, value, index) => sum + value * (slopes[index] ?? 0), intercept);
}
