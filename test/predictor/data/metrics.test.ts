import fc from 'fast-check';
import type { Task } from '../../../common/training/reference';
import { createMeter } from '../../../predictor/data/metrics';

const classes = 4;
const answers = fc.array(
  fc.record({ answer: fc.nat(classes - 1), label: fc.integer({ min: -1, max: classes - 1 }) }),
  { minLength: 1, maxLength: 60 },
);
type Answers = readonly { readonly answer: number; readonly label: number }[];

function measured(kind: Task['kind'], given: Answers, pieces = 1): number {
  const meter = createMeter({ kind, classes });
  const each = Math.ceil(given.length / pieces);
  for (let from = 0; from < given.length; from += each) {
    const some = given.slice(from, from + each);
    meter.add(
      Float32Array.from(
        some.flatMap(({ answer }) =>
          Array.from({ length: classes }, (_, at) => (at === answer ? 1 : -1)),
        ),
      ),
      Int32Array.from(some, ({ label }) => label),
    );
  }
  return meter.percent();
}

const counted = (given: Answers) => given.filter(({ label }) => label >= 0);

describe('accuracy', () => {
  test('is the share of labels that are named first', () => {
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 5 }), (given, pieces) => {
        const all = counted(given);
        const right = all.filter(({ answer, label }) => answer === label).length;
        expect(measured('classification', given, pieces)).toBeCloseTo(
          all.length === 0 ? 0 : (100 * right) / all.length,
        );
      }),
    );
  });

  test('of masks is the mean over the classes that there are of intersection over union', () => {
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 5 }), (given, pieces) => {
        const all = counted(given);
        const overlaps = Array.from({ length: classes }, (_, each) => {
          const either = all.filter(({ answer, label }) => answer === each || label === each);
          const both = either.filter(({ answer, label }) => answer === label);
          return either.length === 0 ? [] : [both.length / either.length];
        }).flat();
        const mean = overlaps.reduce((sum, overlap) => sum + overlap, 0) / overlaps.length;
        expect(measured('segmentation', given, pieces)).toBeCloseTo(
          overlaps.length === 0 ? 0 : 100 * mean,
        );
      }),
    );
  });

  test('of answers that are no numbers is none', () => {
    const meter = createMeter({ kind: 'classification', classes });
    meter.add(new Float32Array(2 * classes).fill(NaN), Int32Array.of(0, 0));
    expect(meter.percent()).toBe(0);
  });
});
