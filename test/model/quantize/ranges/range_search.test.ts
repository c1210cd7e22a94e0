import { createRandom } from '../../../../common/random';
import {
  activationEncoding,
  dequantize,
  quantizeActivation,
  type Range,
} from '../../../../model/quantize/encoding/encoding';
import {
  createHistogramObserver,
  type Histogram,
} from '../../../../model/quantize/ranges/histogram';
import { chooseRange } from '../../../../model/quantize/ranges/range_search';

function histogramOf(...batches: readonly ArrayLike<number>[]): Histogram {
  const observer = createHistogramObserver();
  for (const batch of batches) expect(observer.observe(Float32Array.from(batch))).toBe(true);
  return observer.histogram();
}

/** Squared error of storing the values in 8 bits over the range, each value by itself. */
function squaredError(values: Float32Array, range: Range): number {
  const encoding = activationEncoding(range, 'uint8');
  return values.reduce(
    (sum, value) => sum + (value - dequantize(quantizeActivation(value, encoding), encoding)) ** 2,
    0,
  );
}

/** Many small values and few large ones, as behind a batch normalization. */
function heavyTailed(seed: string, positive: boolean): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: 20_000 }, () => {
    const value = random.normal() * Math.exp(random.normal());
    return positive ? Math.max(0, value) : value;
  });
}

describe('a range', () => {
  test('of zeros alone is none', () => {
    expect(chooseRange(histogramOf([0, 0]), { kind: 'sqnr' }, 255)).toEqual({ min: 0, max: 0 });
  });

  test('by minimum and maximum is what was seen, with zero', () => {
    expect(chooseRange(histogramOf([1, 2], [3, 2.5]), { kind: 'min-max' }, 255)).toEqual({
      min: 0,
      max: 3,
    });
  });

  test('by percentile leaves out as much at either end', () => {
    const values = Float32Array.from({ length: 10_001 }, (_, index) => (index - 5000) / 5000);
    const range = chooseRange(histogramOf(values), { kind: 'percentile', percentile: 99 }, 255);
    expect(range.min).toBeCloseTo(-0.98, 2);
    expect(range.max).toBeCloseTo(0.98, 2);
  });

  test.each([
    ['signed', false],
    ['positive', true],
  ])('by MSE has no more error than any of a fine grid, on %s values', (seed, positive) => {
    const values = heavyTailed(seed, positive);
    const histogram = histogramOf(values);
    const chosen = squaredError(values, chooseRange(histogram, { kind: 'mse' }, 255));
    let least = Infinity;
    for (let low = 1; low <= 20; low += 1)
      for (let high = 1; high <= 20; high += 1)
        least = Math.min(
          least,
          squaredError(values, {
            min: (histogram.seen.min * low) / 20,
            max: (histogram.seen.max * high) / 20,
          }),
        );
    expect(chosen).toBeLessThanOrEqual(least * 1.02);
    expect(chosen).toBeLessThan(squaredError(values, histogram.seen));
  });

  test('by SQNR clips less than by MSE, since saturation weighs more', () => {
    const histogram = histogramOf(heavyTailed('tails', false));
    const width = (kind: 'mse' | 'sqnr'): number => {
      const { min, max } = chooseRange(histogram, { kind }, 255);
      return max - min;
    };
    expect(width('sqnr')).toBeGreaterThan(width('mse'));
    expect(width('sqnr')).toBeLessThan(histogram.seen.max - histogram.seen.min);
  });
});
