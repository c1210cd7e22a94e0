import fc from 'fast-check';
import { type Encoding } from '../../../../model/quantize/encoding/encoding';
import { averagesAgree } from '../../../../model/quantize/ties/average';
import type { Rounding } from '../../../../model/quantize/placement/rounding';
import { tieFreeEncodings } from '../../../../model/quantize/ties/tie_free';
import { distanceFromTie, over, rational, sum, times } from './rational';
import { scales, tieFree, inSteps } from './tie_free_scales';

describe('scales of means and averages', () => {
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
});
