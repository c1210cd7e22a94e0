import fc from 'fast-check';
import { readRanges, writeRanges } from '../../../model/weights/ranges_file';
import { writeWeights } from '../../../model/weights/weights_file';

const float = fc.float({ noNaN: true, noDefaultInfinity: true });

test('ranges are read as they were written, and equal ones are equal bytes', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z][a-z0-9/._]{0,20}$/), float, float), {
        selector: ([name]) => name,
      }),
      (drawn) => {
        const ranges = new Map(
          drawn.map(([name, one, other]) => [
            name,
            { min: Math.min(one, other), max: Math.max(one, other) },
          ]),
        );
        expect(readRanges(writeRanges(ranges))).toEqual({ ok: true, value: ranges });
        expect(writeRanges(new Map(ranges))).toEqual(writeRanges(ranges));
      },
    ),
  );
});

test.each([
  ['no archive', new Uint8Array(10), 'is no archive of weights (.npz)'],
  ['one value', archiveOf([1]), 'has an entry x that is no range'],
  ['the greatest first', archiveOf([2, 1]), 'has an entry x that is no range'],
  ['no number', archiveOf([Number.NaN, 1]), 'has an entry x that is no range'],
])('%s is refused', (_, bytes, error) => {
  expect(readRanges(bytes)).toEqual({ ok: false, error });
});

function archiveOf(values: readonly number[]): Uint8Array {
  return writeWeights(
    new Map([['x', { data: Float32Array.from(values), shape: [values.length] }]]),
  );
}
