import { meanInterval, standardError } from '../../common/mean_interval';

describe('the interval of a mean', () => {
  it("is Student's t times the standard error on each side", () => {
    expect(standardError([1, 2, 3])).toBeCloseTo(1 / Math.sqrt(3), 12);
    // t with 2 degrees of freedom: 4.30265.
    expect(meanInterval([1, 2, 3], 0.95)).toEqual({
      low: expect.closeTo(2 - 4.30265 / Math.sqrt(3), 5) as number,
      high: expect.closeTo(2 + 4.30265 / Math.sqrt(3), 5) as number,
    });
    expect(meanInterval([5, 5], 0.95)).toEqual({ low: 5, high: 5 });
  });

  it('needs two values', () => {
    expect(() => standardError([1])).toThrow('a standard error needs two values');
  });
});
