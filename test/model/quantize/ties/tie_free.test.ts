import fc from 'fast-check';
import { roundHalfEven, type Encoding } from '../../../../model/quantize/encoding/encoding';
import { averagesAgree } from '../../../../model/quantize/ties/average';
import type { Rounding } from '../../../../model/quantize/placement/rounding';
import { reciprocalScale } from '../../../../model/quantize/ties/operator_scale';
import { tieFreeEncodings } from '../../../../model/quantize/ties/tie_free';
import { distanceFromTie, over, rational, sum, times, type Rational } from './rational';

const scales = fc
  .double({ min: -1, max: 0.3, noNaN: true })
  .map((exponent) => Math.fround(10 ** exponent * 0.01));
const integers = fc.integer({ min: -255, max: 255 });

function encodings(scaleOf: Readonly<Record<string, number>>): ReadonlyMap<string, Encoding> {
  return new Map(
    Object.entries(scaleOf).map(([tensor, scale]) => [
      tensor,
      { elementType: 'uint8', scale, zeroPoint: 100 },
    ]),
  );
}

function tieFree(
  scaleOf: Readonly<Record<string, number>>,
  roundings: readonly Rounding[],
  fixed: readonly string[] = [],
): (tensor: string) => number {
  const found = tieFreeEncodings(encodings(scaleOf), roundings, {
    groupOf: (tensor) => tensor,
    isFixed: (tensor) => fixed.includes(tensor),
  });
  return (tensor) => found.get(tensor)!.scale;
}

/** The exact result in steps of the output. */
function inSteps(value: Rational, outputScale: number): Rational {
  return over(value, rational(outputScale));
}

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

describe('other scales', () => {
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

  test('keep means away from ties, by exact arithmetic', () => {
    // Of twenty elements on, counted by the share, an odd number of units is at most a tenth away.
    fc.assert(
      fc.property(
        scales,
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        fc.integer({ min: 200, max: 12_544 }),
        fc.double({ min: -255, max: 255, noNaN: true }),
        (a, share, count, average) => {
          const of = tieFree({ a, b: Math.fround(a * share) }, [
            { kind: 'mean', inputs: ['a'], output: 'b', count },
          ]);
          const total = Math.round(Math.min(255, 255 * share) * (average / 255) * count);
          const exact = over(times(rational(total), rational(of('a'))), rational(count));
          expect(distanceFromTie(inSteps(exact, of('b')))).toBeGreaterThan(
            0.3 / (share * count + 2),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('of means of few elements change until runtimes agree, and never by over a tenth', () => {
    fc.assert(
      fc.property(
        scales,
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        fc.integer({ min: 4, max: 49 }),
        (a, share, count) => {
          const wanted = Math.fround(a * share);
          const of = tieFree({ a, b: wanted }, [
            { kind: 'mean', inputs: ['a'], output: 'b', count },
          ]);
          expect(of('b') / wanted).toBeGreaterThan(1 - 1e-6);
          expect(of('b') / wanted).toBeLessThanOrEqual(1.1 + 1e-6);
          expect(
            averagesAgree([count], {
              input: { scale: of('a'), zeroPoint: 100 },
              output: { scale: of('b'), zeroPoint: 100 },
            }),
          ).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('of averages change until runtimes agree on them, by less than 2 % where no sum reads them', () => {
    fc.assert(
      fc.property(scales, fc.double({ min: 0.2, max: 1, noNaN: true }), (x, share) => {
        const given = { x, average: Math.fround(x * share) };
        const of = tieFree(given, [
          { kind: 'average', inputs: ['x'], output: 'average', counts: [4, 6, 9] },
        ]);
        expect(of('x')).toBe(x);
        expect(of('average') / given.average).toBeGreaterThan(1 - 1e-6);
        expect(of('average') / given.average).toBeLessThan(1.02);
        expect(
          averagesAgree([4, 6, 9], {
            input: { scale: of('x'), zeroPoint: 100 },
            output: { scale: of('average'), zeroPoint: 100 },
          }),
        ).toBe(true);
      }),
    );
  });

  test('of averages make room for an even zero point', () => {
    fc.assert(
      fc.property(scales, fc.integer({ min: 0, max: 255 }), (scale, zeroPoint) => {
        const given = new Map<string, Encoding>(
          ['x', 'y'].map((tensor) => [tensor, { elementType: 'uint8', scale, zeroPoint }]),
        );
        const found = tieFreeEncodings(
          given,
          [{ kind: 'average', inputs: ['x'], output: 'y', counts: [4] }],
          { groupOf: (tensor) => tensor, isFixed: () => false },
        ).get('y')!;
        expect(found.zeroPoint % 2).toBe(0);
        expect(Math.abs(found.zeroPoint - zeroPoint)).toBeLessThanOrEqual(1);
        expect(found.scale / scale).toBeLessThan(1.03);
        expect((found.scale * found.zeroPoint) / (scale * zeroPoint || 1)).toBeGreaterThan(
          zeroPoint === 0 ? -1 : 1 - 1e-6,
        );
        expect(
          (found.scale * (255 - found.zeroPoint)) / (scale * (255 - zeroPoint) || 1),
        ).toBeGreaterThan(zeroPoint === 255 ? -1 : 1 - 1e-6);
      }),
    );
  });

  test('of averages that are summed stay whole numbers of the unit', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 1, noNaN: true }),
        fc.double({ min: 1, max: 2, noNaN: true }),
        (share, ratio) => {
          const given = {
            x: Math.fround(0.031),
            average: Math.fround(0.031 * share),
            b: Math.fround(0.031 * ratio),
            sum: Math.fround(0.04 * ratio),
          };
          const sums: readonly Rounding[] = [
            { kind: 'sum', inputs: ['average', 'b'], output: 'sum' },
          ];
          const [plain, of] = [
            sums,
            [
              {
                kind: 'average' as const,
                inputs: ['x'] as const,
                output: 'average',
                counts: [4, 6, 9],
              },
              ...sums,
            ],
          ].map((roundings) => tieFree(given, roundings));
          expect(
            averagesAgree([4, 6, 9], {
              input: { scale: given.x, zeroPoint: 100 },
              output: { scale: of!('average'), zeroPoint: 100 },
            }),
          ).toBe(true);
          expect(of!('sum')).toBe(plain!('sum'));
          for (const first of [-155, 7, 100]) {
            const exact = sum(
              times(rational(first), rational(of!('average'))),
              times(rational(31), rational(of!('b'))),
            );
            expect(distanceFromTie(inSteps(exact, of!('sum')))).toBeGreaterThan(2.4e-4);
          }
        },
      ),
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

describe('scales of what is converted for a concatenation', () => {
  const conversions: readonly Rounding[] = [
    { kind: 'conversion', inputs: ['x'], output: 'joined' },
  ];
  const zeroPoints = fc.integer({ min: 0, max: 255 });

  /** XNNPACK's multiplier has eight bits behind the point and rounds halves up; ONNX Runtime divides in float32 and rounds them to even. */
  function results(integer: number, from: number, to: number): readonly [number, number] {
    const steps = Math.round((256 * from) / to);
    return [
      (integer * steps + 128) >> 8,
      roundHalfEven(Math.fround(Math.fround(integer * from) / to)),
    ];
  }

  test.each([
    ['free', []],
    ['what the operand has to suit', ['joined']],
    ['what has to suit the operand', ['x']],
  ] as const)(
    'give both runtimes one integer for every input: that of the whole is %s',
    (_, fixed) => {
      fc.assert(
        fc.property(
          scales,
          fc.double({ min: 0.2, max: 0.9, noNaN: true }),
          zeroPoints,
          (joined, ratio, zeroPoint) => {
            const given = new Map([
              [
                'x',
                { elementType: 'uint8' as const, scale: Math.fround(ratio * joined), zeroPoint },
              ],
              ['joined', { elementType: 'uint8' as const, scale: joined, zeroPoint: 7 }],
            ]);
            const found = tieFreeEncodings(given, conversions, {
              groupOf: (tensor) => tensor,
              isFixed: (tensor) => fixed.some((each) => each === tensor),
            });
            const [from, to] = ['x', 'joined'].map((tensor) => found.get(tensor)!.scale);
            // A fixed scale may have bits that float32 has to round off where a result is a tie.
            const fromZero = Array.from(
              { length: 256 },
              (_, integer) => integer - zeroPoint,
            ).filter((integer) => fixed.length === 0 || Math.abs(integer) !== 128);
            expect(
              fromZero.filter((integer) => new Set(results(integer, from!, to!)).size > 1),
            ).toEqual([]);
            for (const [tensor, { scale }] of given) {
              expect(found.get(tensor)!.scale / scale).toBeGreaterThan(1 - 1e-6);
              expect(found.get(tensor)!.scale / scale).toBeLessThan(1.1 + 1e-6);
            }
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  test('stay where both are settled, and where the multiplier has too few steps', () => {
    const given = { x: Math.fround(0.02), joined: Math.fround(0.03) };
    expect(tieFree(given, conversions, ['x', 'joined'])('x')).toBe(given.x);
    expect(tieFree({ x: Math.fround(0.0002), joined: Math.fround(0.04) }, conversions)('x')).toBe(
      Math.fround(0.0002),
    );
  });
});
