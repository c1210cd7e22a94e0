import fc from 'fast-check';
import { averagesAgree } from '../../../../model/quantize/ties/average';
import {
  averageScale,
  oddFraction,
  tieFreeScale,
} from '../../../../model/quantize/ties/operator_scale';
import type { OperatorRounding } from '../../../../model/quantize/placement/rounding';
import {
  hardSigmoidInputScale,
  sigmoidInputScale,
} from '../../../../model/quantize/ties/single_operand';
import { distanceFromTie, over, rational, times } from './rational';

const scale = fc.double({ min: 0.002, max: 0.08, noNaN: true }).map(Math.fround);
const zeroPoint = fc.integer({ min: 0, max: 255 });

function numbers(scales: Readonly<Record<string, number>>, zero = 100) {
  const known = new Map(Object.entries(scales));
  return (tensor: string) => ({ scale: known.get(tensor)!, zeroPoint: zero });
}

describe('the scale that a rounding wants', () => {
  test('of a product makes a step an odd number of units, so that no product is a tie', () => {
    fc.assert(
      fc.property(scale, scale, scale, (x, y, z) => {
        const product: OperatorRounding = { kind: 'product', inputs: ['x', 'y'], output: 'z' };
        const found = tieFreeScale(product, numbers({ x, y, z }));
        fc.pre(found !== z);
        expect(found / z).toBeGreaterThan(1 - 1e-6);
        expect(found / z).toBeLessThan(1.1 + 1e-6);
        const unit = times(rational(x), rational(y));
        for (const count of [1, 3, 127, 254, 10_001, 65_025])
          expect(
            distanceFromTie(over(times(rational(count), unit), rational(found))),
          ).toBeGreaterThan(1e-5);
      }),
    );
  });

  test('of a mean divides its input by the count likewise', () => {
    fc.assert(
      fc.property(scale, fc.integer({ min: 2, max: 400 }), (x, count) => {
        const mean: OperatorRounding = { kind: 'mean', inputs: ['x'], output: 'y', count };
        const found = tieFreeScale(mean, numbers({ x, y: x }));
        expect(found).toBeGreaterThanOrEqual(Math.fround(x * (1 - 1e-6)));
        expect(found).toBeLessThanOrEqual(x * 1.11);
      }),
    );
  });

  test('of averages is the first at which all ways to divide agree', () => {
    fc.assert(
      fc.property(scale, scale, zeroPoint, (x, y, zero) => {
        const counts = [4, 6, 9];
        const wanted = averageScale(
          { inputs: ['x'], output: 'y', counts },
          numbers({ x, y }, 2 * Math.floor(zero / 2)),
        );
        fc.pre(wanted !== y);
        const given = { scale: x, zeroPoint: 2 * Math.floor(zero / 2) };
        expect(averagesAgree(counts, { input: given, output: { ...given, scale: wanted } })).toBe(
          true,
        );
        expect(averagesAgree(counts, { input: given, output: { ...given, scale: y } })).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  test('of a number from outside is one whose reciprocal is almost exact', () => {
    fc.assert(
      fc.property(scale, (x) => {
        const real: OperatorRounding = { kind: 'real', inputs: [], output: 'x' };
        const found = tieFreeScale(real, numbers({ x }));
        expect(Math.abs(found * Math.fround(1 / found) - 1)).toBeLessThan(2 ** -33);
        expect(found / x - 1).toBeLessThan(0.0021);
      }),
    );
  });
});

describe('a factor whose product has its scale already', () => {
  test('is an odd fraction of the whole, or stays where that is too coarse or too fine', () => {
    fc.assert(
      fc.property(scale, fc.double({ min: 1, max: 30_000, noNaN: true }), (x, ratio) => {
        const whole = Math.fround(x * ratio);
        const found = oddFraction(x, whole);
        if (found === x) return;
        const times = whole / found;
        expect(Math.abs(times - Math.round(times))).toBeLessThan(1e-2);
        expect(Math.round(times) % 2).toBe(1);
        expect(found).toBeGreaterThanOrEqual(x * (1 - 1e-5));
      }),
    );
  });

  test('stays where its step is a large part of the product', () => {
    expect(oddFraction(0.1, 0.9)).toBe(0.1);
    expect(oddFraction(0.1, 1.5)).toBeCloseTo(0.1, 6);
    expect(oddFraction(0.1, 5000)).toBe(0.1);
  });
});

describe('a function of one operand', () => {
  const unit = { scale: 1 / 256, zeroPoint: 0 };
  const farFromTies = (value: (integer: number) => number): void => {
    for (let integer = 0; integer < 256; integer += 1) {
      const steps = value(integer) * 256;
      if (steps > -0.25 && steps < 255.25)
        expect(Math.abs(steps - Math.floor(steps) - 0.5)).toBeGreaterThan(4e-4);
    }
  };

  test('sigmoid: none of its 256 results is near a tie', () => {
    fc.assert(
      fc.property(scale, zeroPoint, (x, zero) => {
        const found = sigmoidInputScale({ scale: x, zeroPoint: zero }, unit);
        fc.pre(found !== x);
        farFromTies((integer) => 1 / (1 + Math.exp(-found * (integer - zero))));
      }),
      { numRuns: 50 },
    );
  });

  test('hard sigmoid: neither is one of its', () => {
    fc.assert(
      fc.property(scale, zeroPoint, (x, zero) => {
        const line = { slope: 1 / 6, offset: 0.5 };
        const found = hardSigmoidInputScale({ scale: x, zeroPoint: zero }, unit, line);
        fc.pre(found !== x);
        farFromTies((integer) =>
          Math.max(0, Math.min(1, line.slope * found * (integer - zero) + line.offset)),
        );
      }),
      { numRuns: 50 },
    );
  });
});
