import fc from 'fast-check';
import type { TrainingRecipe } from '../../../common/training/recipe';
import { learningRateAt, stepsOf } from '../../../predictor/training/schedule';
import { aBlockTask } from '../../training_samples';

const recipe = (more: Partial<TrainingRecipe>): TrainingRecipe => ({
  ...aBlockTask(1).recipe,
  learningRate: 0.01,
  ...more,
});

describe('the steps of a recipe', () => {
  test.each([
    [{ epochs: 2, batch: 10 }, 100, 20],
    [{ epochs: 0.5, batch: 10 }, 100, 5],
    [{ epochs: 0.001, batch: 10 }, 100, 1],
    [{ epochs: 1, batch: 64 }, 100, 2],
  ])('%j of %d images are %d', (given, images, steps) => {
    expect(stepsOf(given, images)).toBe(steps);
  });
});

describe('the learning rate', () => {
  test('rises through the warm-up, then falls along a cosine, and is never more than it may be', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (steps, warmupShare) => {
          const warmup = Math.round(warmupShare * steps);
          const rates = Array.from({ length: steps }, (_, step) =>
            learningRateAt(step, steps, recipe({ warmupShare, schedule: 'cosine' })),
          );
          rates.forEach((rate, step) => {
            expect(rate).toBeGreaterThan(0);
            expect(rate).toBeLessThanOrEqual(0.01);
            if (step > 0 && step < warmup) expect(rate).toBeGreaterThan(rates[step - 1]!);
            if (step > warmup) expect(rate).toBeLessThan(rates[step - 1]!);
          });
          if (warmup < steps) expect(rates[warmup]).toBe(0.01);
        },
      ),
    );
  });

  test('is half where half of the cosine is done, and stays where it is constant', () => {
    expect(learningRateAt(60, 100, recipe({ warmupShare: 0.2, schedule: 'cosine' }))).toBeCloseTo(
      0.005,
    );
    expect(learningRateAt(99, 100, recipe({ warmupShare: 0.2, schedule: 'constant' }))).toBe(0.01);
  });
});
