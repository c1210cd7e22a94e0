import fc from 'fast-check';
import type { LabelledImages } from '../../../predictor/data/labelled_images';
import { firstOf, watchedImages } from '../../../predictor/finetune/watched_images';
import { convReference, networkTask } from './finetune_lab';

const images = (count: number): LabelledImages => ({
  count,
  classes: 10,
  size: [16, 16],
  read: (indices) =>
    Promise.resolve({ pixels: new Uint8Array(0), labels: Int32Array.from(indices) }),
});
const tiny = convReference();
const taskOf = (
  evaluationOffset: number,
  evaluationImages: number,
  patienceEpochs: number | null,
): ReturnType<typeof networkTask> =>
  networkTask(tiny, { evaluationOffset, evaluationImages }, { patienceEpochs });

test('nothing is watched without patience', () => {
  const data = { train: images(10), validation: images(10) };
  expect(watchedImages(taskOf(0, 10, null), data)).toBeUndefined();
});

test('what is watched is neither measured on nor trained on', () => {
  fc.assert(
    fc.property(
      fc.nat(5_000),
      fc.integer({ min: 1, max: 5_000 }),
      fc.integer({ min: 2, max: 5_000 }),
      fc.integer({ min: 1, max: 5_000 }),
      (offset, measured, trainCount, validationCount) => {
        const data = { train: images(trainCount), validation: images(validationCount) };
        const watched = watchedImages(taskOf(offset, measured, 3), data);
        const [from, to] = [watched?.from ?? 0, (watched?.from ?? 0) + (watched?.count ?? 0)];
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeGreaterThan(from);
        if (watched?.images === data.train) {
          expect(watched.trainCount).toBe(from);
          expect(to).toBe(trainCount);
        } else {
          expect(watched?.trainCount).toBe(trainCount);
          expect(to).toBeLessThanOrEqual(validationCount);
          expect(to <= offset || from >= offset + measured).toBe(true);
        }
      },
    ),
  );
});

test('those that are left to train on are the first', async () => {
  const first = firstOf(images(10), 4);
  expect(first.count).toBe(4);
  expect((await first.read([3, 1])).labels).toEqual(Int32Array.of(3, 1));
});
