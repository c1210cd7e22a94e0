import fc from 'fast-check';
import { roundHalfEven } from '../../../../model/quantize/encoding/encoding';
import type { Rounding } from '../../../../model/quantize/placement/rounding';
import { tieFreeEncodings } from '../../../../model/quantize/ties/tie_free';
import { scales, tieFree } from './tie_free_scales';

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
