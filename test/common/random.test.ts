import { createRandom } from '../../common/random';

describe('a seeded random generator', () => {
  it('repeats itself for a seed and differs between seeds', () => {
    const take = (seed: number): number[] => Array.from({ length: 5 }, createRandom(seed).next);
    expect(take(1)).toEqual(take(1));
    expect(take(1)).not.toEqual(take(2));
  });

  it('derives generators that do not disturb each other', () => {
    const first = createRandom(1);
    const alone = createRandom(1).derive('heat').next();
    first.derive('noise').next();
    expect(first.derive('heat').next()).toBe(alone);
  });

  it('fills with the numbers that it would give one by one, from -1 to 1', () => {
    const values = new Float32Array(1_000);
    const random = createRandom('fill');
    random.fill(values);
    const alone = createRandom('fill');
    const expected = Array.from(values, () => alone.next()).map((value) =>
      Math.fround(value < 0.5 ? 2 * value : 2 * value - 2),
    );
    expect([...values]).toEqual(expected);
    expect(random.next()).toBe(alone.next());
  });

  it('is uniform and normal enough', () => {
    const random = createRandom('spread');
    const uniform = Array.from({ length: 20_000 }, random.next);
    const normal = Array.from({ length: 20_000 }, random.normal);
    const mean = (values: number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
  });
});
