import { studentT } from '../../common/student_t';

describe("Student's t", () => {
  // Two-sided 95 % and 99 %, as printed in NIST's handbook (https://www.itl.nist.gov/div898/handbook/eda/section3/eda3672.htm).
  it.each([
    [1, 12.706, 63.657],
    [2, 4.303, 9.925],
    [3, 3.182, 5.841],
    [4, 2.776, 4.604],
    [5, 2.571, 4.032],
    [9, 2.262, 3.25],
    [10, 2.228, 3.169],
    [29, 2.045, 2.756],
    [30, 2.042, 2.75],
    [100, 1.984, 2.626],
  ])('with %i degrees of freedom agrees with the printed tables', (degrees, at95, at99) => {
    expect(studentT(0.95, degrees).toFixed(3)).toBe(at95.toFixed(3));
    expect(studentT(0.99, degrees).toFixed(3)).toBe(at99.toFixed(3));
  });

  it('goes over into the normal distribution', () => {
    expect(studentT(0.95, 100_000)).toBeCloseTo(1.95996, 4);
    expect(studentT(0, 7)).toBeCloseTo(0, 12);
  });

  it('refuses what has no answer', () => {
    expect(() => studentT(1, 3)).toThrow('from 0 to below 1');
    expect(() => studentT(0.95, 0)).toThrow('at least 1');
  });
});
