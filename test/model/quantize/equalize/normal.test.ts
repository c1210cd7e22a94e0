import fc from 'fast-check';
import {
  expectedClipped,
  normalDensity,
  normalDistribution,
} from '../../../../model/quantize/equalize/normal';

/** Simpson's rule with many steps. */
function integral(f: (x: number) => number, from: number, to: number): number {
  const steps = 4000;
  const width = (to - from) / steps;
  let sum = f(from) + f(to);
  for (let step = 1; step < steps; step += 1)
    sum += f(from + step * width) * (step % 2 === 1 ? 4 : 2);
  return (sum * width) / 3;
}

/** Far enough for what is left to be below 1e-20. */
const far = 10;

describe('the normal distribution', () => {
  test('is the integral of its density', () => {
    fc.assert(
      fc.property(fc.double({ min: -9, max: 9, noNaN: true }), (x) => {
        expect(Math.abs(normalDistribution(x) - integral(normalDensity, -far, x))).toBeLessThan(
          1e-12,
        );
      }),
    );
  });

  test('has the tabled values', () => {
    // NIST Engineering Statistics Handbook, 1.3.6.7.1, and Φ(3) to 15 digits.
    expect(normalDistribution(0)).toBe(0.5);
    expect(normalDistribution(1.96)).toBeCloseTo(0.97500210485178, 13);
    expect(normalDistribution(3)).toBeCloseTo(0.99865010196837, 14);
    expect(normalDistribution(-3)).toBeCloseTo(0.00134989803163, 14);
  });

  test('is 0 and 1 far out, and settles everywhere', () => {
    expect([-1e9, -40, 40, 1e9, Infinity, -Infinity].map(normalDistribution)).toEqual([
      0, 0, 1, 1, 1, 0,
    ]);
  });
});

describe('the mean of a clipped normal', () => {
  const mean = fc.double({ min: -8, max: 12, noNaN: true });
  const deviation = fc.double({ min: 0.05, max: 6, noNaN: true });

  test.each([
    ['ReLU', Infinity],
    ['ReLU6', 6],
  ])('behind %s agrees with numeric integration', (_, high) => {
    fc.assert(
      fc.property(mean, deviation, (m, d) => {
        // Integrated piece by piece, since the clip has corners.
        const density = (x: number): number => normalDensity((x - m) / d) / d;
        const [from, to] = [m - far * d, m + far * d];
        const [low, top] = [Math.min(Math.max(0, from), to), Math.min(Math.max(high, from), to)];
        const expected =
          integral((x) => x * density(x), low, top) +
          (Number.isFinite(high) ? high * integral(density, top, to) : 0);
        expect(Math.abs(expectedClipped(m, d, { low: 0, high }) - expected)).toBeLessThan(1e-8);
      }),
      { numRuns: 60 },
    );
  });

  test('of a constant is the clipped constant', () => {
    expect([-1, 2, 9].map((value) => expectedClipped(value, 0, { low: 0, high: 6 }))).toEqual([
      0, 2, 6,
    ]);
  });
});
