import fc from 'fast-check';
import {
  createHistogramObserver,
  type Histogram,
} from '../../../../model/quantize/ranges/histogram';

const batches = fc.array(
  fc
    .array(
      fc.oneof(
        fc.double({ min: -1000, max: 1000, noNaN: true }),
        fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
        fc.constant(0),
      ),
      { minLength: 1, maxLength: 40 },
    )
    .map((values) => Float32Array.from(values)),
  { minLength: 1, maxLength: 6 },
);

function observed(given: readonly Float32Array[]): Histogram {
  const observer = createHistogramObserver();
  for (const values of given) expect(observer.observe(values)).toBe(true);
  return observer.histogram();
}

const sum = (counts: Float64Array): number => counts.reduce((total, each) => total + each, 0);

describe('a histogram of streamed values', () => {
  test('counts each value once and knows the exact ends, zero among them', () => {
    fc.assert(
      fc.property(batches, (given) => {
        const all = given.flatMap((values) => [...values]);
        const { counts, seen } = observed(given);
        expect(sum(counts)).toBe(all.length);
        // No minus zero: + 0 makes it plain.
        expect({ min: seen.min + 0, max: seen.max + 0 }).toEqual({
          min: Math.min(0, ...all) + 0,
          max: Math.max(0, ...all) + 0,
        });
      }),
    );
  });

  test('counts no value in a wrong bin: below any edge are as many as a count of the values says', () => {
    fc.assert(
      fc.property(batches, fc.nat(4096), (given, edge) => {
        const all = given.flatMap((values) => [...values]);
        const { counts, low, binWidth } = observed(given);
        fc.pre(binWidth > 0);
        const place = low + edge * binWidth;
        // A value within rounding of the edge may stand on either side.
        const slack = 1e-6 * Math.max(Math.abs(low), binWidth * counts.length);
        const below = (limit: number): number => all.filter((value) => value < limit).length;
        const counted = sum(counts.slice(0, edge));
        expect(counted).toBeGreaterThanOrEqual(below(place - slack));
        expect(counted).toBeLessThanOrEqual(below(place + slack));
      }),
    );
  });

  test('covers all values with bins that are at most twice as wide as they need be on each side', () => {
    fc.assert(
      fc.property(batches, (given) => {
        const { counts, low, binWidth, seen } = observed(given);
        fc.pre(binWidth > 0);
        const width = binWidth * counts.length;
        expect(low).toBeLessThanOrEqual(seen.min);
        expect(low + width).toBeGreaterThanOrEqual(seen.max * (1 - 1e-9));
        expect(width).toBeLessThanOrEqual(4.001 * (seen.max - seen.min));
      }),
    );
  });

  test('of zeros alone has no width, and forgets none of them when others come', () => {
    const observer = createHistogramObserver();
    observer.observe(new Float32Array(5));
    expect(observer.histogram()).toMatchObject({ binWidth: 0, seen: { min: 0, max: 0 } });
    observer.observe(Float32Array.of(-1, 3));
    const { counts, low, binWidth } = observer.histogram();
    expect(sum(counts)).toBe(7);
    expect(counts[Math.trunc(-low / binWidth)]).toBe(5);
  });

  test.each([NaN, Infinity, -Infinity])('refuses %p and keeps what it knew', (value) => {
    const observer = createHistogramObserver();
    observer.observe(Float32Array.of(1, 2));
    const before = observer.histogram();
    expect(observer.observe(Float32Array.of(1, value, 2))).toBe(false);
    expect(observer.histogram()).toEqual(before);
  });
});
