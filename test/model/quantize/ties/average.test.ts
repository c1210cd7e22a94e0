import fc from 'fast-check';
import { averagesAgree } from '../../../../model/quantize/ties/average';
import { distanceFromTie, over, rational, times } from './rational';

describe('runtimes that average', () => {
  const zeroPoints = fc.integer({ min: 0, max: 255 });
  const scales = fc.oneof(
    fc.integer({ min: 20, max: 1023 }).map((units) => units / 16_384),
    fc.double({ min: 0.01, max: 0.1, noNaN: true }).map(Math.fround),
  );

  test('agree only on what is away from all ties, by exact arithmetic, or on ties between an even zero point and what float32 holds exactly', () => {
    fc.assert(
      fc.property(
        fc.tuple(scales, zeroPoints),
        fc.tuple(scales, zeroPoints),
        fc.constantFrom(4, 6, 9),
        ([input, inputZero], [output, outputZero], count) => {
          const agree = averagesAgree([count], {
            input: { scale: input, zeroPoint: inputZero },
            output: { scale: output, zeroPoint: outputZero },
          });
          const nearest = Array.from(
            { length: 255 * count + 1 },
            (_, index) => index - count * inputZero,
          )
            .filter(
              (sum) => Math.abs(Math.abs(((sum * input) / (count * output)) % 1) - 0.5) < 1e-3,
            )
            .map((sum) =>
              over(times(rational(sum), rational(input)), times(rational(count), rational(output))),
            )
            .filter(
              (steps) =>
                -outputZero < Number(steps.numerator) / Number(steps.denominator) &&
                Number(steps.numerator) / Number(steps.denominator) < 255 - outputZero,
            )
            .map(distanceFromTie);
          if (agree)
            expect(
              nearest.filter(
                (distance) => distance < 4.9e-5 && !(distance === 0 && outputZero % 2 === 0),
              ),
            ).toEqual([]);
          else expect(nearest.some((distance) => distance < 5.1e-5)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('never agree on quarters around an odd zero point', () => {
    fc.assert(
      fc.property(scales, (scale) => {
        expect(
          averagesAgree([4], { input: { scale, zeroPoint: 7 }, output: { scale, zeroPoint: 7 } }),
        ).toBe(false);
      }),
    );
  });
});
