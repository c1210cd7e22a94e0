import fc from 'fast-check';
import type { Rounding } from '../../../../model/quantize/placement/rounding';
import { tieFreeEncodings } from '../../../../model/quantize/ties/tie_free';
import { distanceFromTie, rational, sum, times } from './rational';
import { scales, encodings, tieFree, inSteps } from './tie_free_scales';

const integers = fc.integer({ min: -255, max: 255 });
const chain: readonly Rounding[] = [
  { kind: 'sum', inputs: ['a', 'b'], output: 'c' },
  { kind: 'sum', inputs: ['c', 'd'], output: 'e' },
];
describe('scales of sums', () => {
  /** What XNNPACK's 21 bits may be off by, the operands being no coarser than twice the sum. */
  const mostError = 2.4e-4;

  test('keep every sum of a chain away from ties, by exact arithmetic', () => {
    fc.assert(
      fc.property(
        fc.tuple(scales, scales, scales, scales, scales),
        integers,
        integers,
        ([a, b, c, d, e], first, second) => {
          const of = tieFree({ a, b, c, d, e }, chain);
          for (const {
            inputs: [left, right],
            output,
          } of chain) {
            const exact = sum(
              times(rational(first), rational(of(left!))),
              times(rational(second), rational(of(right!))),
            );
            expect(distanceFromTie(inSteps(exact, of(output)))).toBeGreaterThan(mostError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('grow, by little where they are alike', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 4, noNaN: true }), { minLength: 5, maxLength: 5 }),
        (given) => {
          const [a = 1, b = 1, c = 1, d = 1, e = 1] = given.map(Math.fround);
          const of = tieFree({ a, b, c, d, e }, chain);
          for (const [tensor, scale] of Object.entries({ a, b, c, d, e })) {
            expect(of(tensor) / scale).toBeGreaterThan(1 - 1e-6);
            expect(of(tensor) / scale).toBeLessThan(1.016);
          }
        },
      ),
    );
  });

  test('stay where a sum is so small that a whole number of units would be much coarser', () => {
    const given = {
      a: Math.fround(0.00003),
      b: Math.fround(0.00003),
      c: Math.fround(0.00004),
      d: Math.fround(0.1),
      e: Math.fround(0.1),
    };
    expect(Object.keys(given).map(tieFree(given, chain))).toEqual(Object.values(given));
  });

  test('stay where one operand is so much smaller that units would make it coarse, for that operand alone', () => {
    const given = { a: Math.fround(0.00003), b: Math.fround(0.1), c: Math.fround(0.11) };
    const of = tieFree(given, [{ kind: 'sum', inputs: ['a', 'b'], output: 'c' }]);
    expect(of('a')).toBe(given.a);
    expect(
      distanceFromTie(inSteps(times(rational(255), rational(of('b'))), of('c'))),
    ).toBeGreaterThan(mostError);
  });

  describe('of one tensor alone', () => {
    const multiples: readonly Rounding[] = [
      { kind: 'addition', inputs: ['x', 'x'], output: 'twice' },
      { kind: 'addition', inputs: ['twice', 'x'], output: 'thrice' },
      { kind: 'sum', inputs: ['thrice', 'b'], output: 'y' },
    ];

    test('are as many times its own, so that nothing is rounded', () => {
      fc.assert(
        fc.property(
          scales,
          fc.double({ min: 0.5, max: 4, noNaN: true }),
          integers,
          integers,
          (x, ratio, first, second) => {
            const given = {
              x,
              twice: Math.fround(2 * x),
              thrice: Math.fround(3 * x),
              b: Math.fround(ratio * x),
              y: Math.fround((3 + ratio) * x),
            };
            const of = tieFree(given, multiples);
            for (const [tensor, count] of [
              ['twice', 2],
              ['thrice', 3],
            ] as const) {
              expect(of(tensor) / of('x')).toBeCloseTo(count, 6);
              expect(of(tensor) / given[tensor]).toBeGreaterThan(1 - 1e-6);
            }
            const exact = sum(
              times(rational(first), rational(of('thrice'))),
              times(rational(second), rational(of('b'))),
            );
            expect(distanceFromTie(inSteps(exact, of('y')))).toBeGreaterThan(mostError);
          },
        ),
      );
    });

    test.each([
      ['has a range of its own', multiples, { twice: 0.07 }, []],
      [
        'is clamped',
        multiples.map((each, index): Rounding =>
          index === 0 ? { kind: 'sum', inputs: ['x', 'x'], output: 'twice' } : each,
        ),
        {},
        [],
      ],
      ['has a fixed encoding', multiples, {}, ['twice']],
    ] as const)('are free of ties like others where one %s', (_, roundings, changed, fixed) => {
      const given = Object.fromEntries(
        Object.entries({ x: 0.03, twice: 0.06, thrice: 0.09, b: 0.05, y: 0.12, ...changed }).map(
          ([tensor, scale]) => [tensor, Math.fround(scale)],
        ),
      );
      const of = tieFree(given, roundings, fixed);
      for (let integer = 1; integer <= 255; integer += 1) {
        if (fixed.length === 0)
          expect(
            distanceFromTie(inSteps(times(rational(2 * integer), rational(of('x'))), of('twice'))),
          ).toBeGreaterThan(mostError);
        for (const other of [-200, -3, 1, 77]) {
          expect(
            distanceFromTie(
              inSteps(
                sum(
                  times(rational(integer), rational(of('twice'))),
                  times(rational(other), rational(of('x'))),
                ),
                of('thrice'),
              ),
            ),
          ).toBeGreaterThan(mostError);
        }
      }
    });

    test('are free of ties where it is an average, whose scale has to be chosen too', () => {
      const of = tieFree(
        { input: 0.031, x: 0.011, twice: 0.022, thrice: 0.033, b: 0.02, y: 0.05 },
        [{ kind: 'average', inputs: ['input'], output: 'x', counts: [4, 6, 9] }, ...multiples],
      );
      for (let integer = 1; integer <= 255; integer += 1)
        expect(
          distanceFromTie(inSteps(times(rational(2 * integer), rational(of('x'))), of('twice'))),
        ).toBeGreaterThan(mostError);
    });
  });

  test('take time in proportion to the number of sums', () => {
    const lookups = (length: number): number => {
      let count = 0;
      const names = Array.from({ length: length + 1 }, (_, index) => `t${String(index)}`);
      const sums = names.slice(1).map((output, index): Rounding => ({
        kind: 'sum',
        inputs: [names[index] ?? '', 't0'],
        output,
      }));
      const groupOf = (tensor: string): string => {
        count += 1;
        return tensor;
      };
      tieFreeEncodings(encodings(Object.fromEntries(names.map((name) => [name, 0.01]))), sums, {
        groupOf,
        isFixed: () => false,
      });
      return count;
    };
    expect(lookups(2000) / lookups(500)).toBeLessThan(4.1);
  });

  test('are built around one that is fixed, and left alone where two differ', () => {
    const given = {
      a: Math.fround(0.03),
      b: Math.fround(1 / 256),
      c: Math.fround(0.05),
      d: Math.fround(0.01),
      e: Math.fround(0.02),
    };
    const around = tieFree(given, chain, ['b']);
    expect(around('b')).toBe(given.b);
    expect(
      distanceFromTie(inSteps(times(rational(255), rational(around('b'))), around('c'))),
    ).toBeGreaterThan(mostError);
    const between = tieFree(given, chain, ['b', 'd']);
    expect(Object.keys(given).map(between)).toEqual(Object.values(given));
  });
});
