import {
  afterEpoch,
  begun,
  hasStalled,
  type TrainingCourse,
} from '../../../predictor/finetune/course';

/** After epochs of these accuracies; the weights are named by their epoch. */
function courseOf(accuracies: readonly (number | null)[]): TrainingCourse {
  return accuracies.reduce<TrainingCourse>(
    (course, validationAccuracyPercent, epoch) =>
      afterEpoch(
        { ...course, lossSum: 6 },
        {
          steps: 3,
          validationAccuracyPercent,
          weights: () => new Map([[`epoch ${epoch}`, new Map()]]),
        },
      ),
    begun,
  );
}
const bestOf = ({ best }: TrainingCourse): readonly string[] => [...(best?.keys() ?? [])];

test('an epoch adds the mean of its losses, and the next begins from none', () => {
  const course = courseOf([50, 60]);
  expect(course.history).toEqual([
    { loss: 2, validationAccuracyPercent: 50 },
    { loss: 2, validationAccuracyPercent: 60 },
  ]);
  expect(course.lossSum).toBe(0);
});

test.each([
  [[50, 60, 55], 'epoch 1'],
  [[50], 'epoch 0'],
  [[50, 50], 'epoch 0'],
  [[50, 60, 55, 61], 'epoch 3'],
])('of epochs with %j the best is %s', (accuracies, best) => {
  expect(bestOf(courseOf(accuracies))).toEqual([best]);
});

test('no weights are kept where nothing is watched', () => {
  expect(courseOf([null, null]).best).toBeUndefined();
});

test.each([
  [[], 1, false],
  [[50, 60], 1, false],
  [[60, 50], 1, true],
  [[60, 50], 2, false],
  [[60, 50, 59], 2, true],
  [[60, 60], 1, true],
  [[60, 50, 61], 2, false],
  [[null, null, null], null, false],
])(
  'after epochs with %j and a patience of %s it has stalled: %s',
  (accuracies, patience, stalled) => {
    expect(hasStalled(courseOf(accuracies), patience)).toBe(stalled);
  },
);
