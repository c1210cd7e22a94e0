import fc from 'fast-check';
import { reciprocalScale } from '../../../../model/quantize/ties/operator_scale';
import { distanceFromTie, rational, times } from './rational';
import { scales, tieFree, inSteps } from './tie_free_scales';

describe('scales of products and factors', () => {
  test('keep products away from ties, by exact arithmetic', () => {
    fc.assert(
      fc.property(
        scales,
        scales,
        fc.double({ min: 20, max: 900, noNaN: true }),
        fc.integer({ min: -65_025, max: 65_025 }),
        (a, b, steps, product) => {
          const of = tieFree({ a, b, c: Math.fround(a * b * steps) }, [
            { kind: 'product', inputs: ['a', 'b'], output: 'c' },
          ]);
          const exact = times(rational(product), times(rational(of('a')), rational(of('b'))));
          expect(distanceFromTie(inSteps(exact, of('c')))).toBeGreaterThan(0.45 / (steps + 2));
        },
      ),
      { numRuns: 2000 },
    );
  });
  test('of a sum go before those of a product that reads it', () => {
    const given = {
      a: Math.fround(0.03),
      b: Math.fround(0.02),
      c: Math.fround(0.04),
      g: Math.fround(1 / 256),
      y: Math.fround(0.01),
    };
    const of = tieFree(
      given,
      [
        { kind: 'sum', inputs: ['a', 'b'], output: 'c' },
        { kind: 'product', inputs: ['c', 'g'], output: 'y' },
      ],
      ['g'],
    );
    const units = of('y') / (of('c') * of('g'));
    expect(Math.abs(units - Math.round(units))).toBeLessThan(1e-4);
    expect(Math.round(units) % 2).toBe(1);
  });
  test('of a factor move where the product is summed, by exact arithmetic', () => {
    fc.assert(
      fc.property(
        scales,
        fc.double({ min: 20, max: 900, noNaN: true }),
        fc.double({ min: 0.3, max: 3, noNaN: true }),
        fc.integer({ min: -65_025, max: 65_025 }),
        (x, steps, ratio, product) => {
          const gate = 1 / 256;
          const y = x * gate * steps;
          const given = {
            x,
            gate,
            y: Math.fround(y),
            b: Math.fround(ratio * y),
            sum: Math.fround(y + ratio * y),
          };
          const of = tieFree(
            given,
            [
              { kind: 'mean', inputs: ['x'], output: 'mean', count: 49 },
              { kind: 'product', inputs: ['x', 'gate'], output: 'y' },
              { kind: 'sum', inputs: ['y', 'b'], output: 'sum' },
            ],
            ['gate'],
          );
          expect(of('gate')).toBe(gate);
          expect(of('x') / x).toBeGreaterThan(1 - 1e-6);
          expect(of('x') / x).toBeLessThan(1.12);
          const exact = times(rational(product), times(rational(of('x')), rational(gate)));
          expect(distanceFromTie(inSteps(exact, of('y')))).toBeGreaterThan(
            0.45 / (1.05 * steps + 3),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });
  test('by which numbers are divided have almost exact reciprocals', () => {
    fc.assert(
      fc.property(scales, (scale) => {
        const chosen = reciprocalScale(scale);
        expect(chosen).toBe(Math.fround(chosen));
        expect(chosen / scale).toBeGreaterThanOrEqual(1);
        expect(chosen / scale).toBeLessThan(1.0021);
        expect(Math.abs(chosen * Math.fround(1 / chosen) - 1)).toBeLessThan(2 ** -32);
      }),
    );
  });
});
