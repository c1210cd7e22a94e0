import fc from 'fast-check';
import { createBatchOrder } from '../../../predictor/training/batch_order';

const anySet = fc.record({
  count: fc.integer({ min: 1, max: 60 }),
  batch: fc.integer({ min: 1, max: 70 }),
  seed: fc.nat(1_000),
});

describe('the order of batches', () => {
  test('has full batches, and no sample twice in an epoch', () => {
    fc.assert(
      fc.property(anySet, fc.nat(3), ({ count, batch, seed }, epoch) => {
        const order = createBatchOrder(count, batch, seed);
        const each = Math.min(batch, count);
        const perEpoch = Math.floor(count / each);
        const seen = Array.from({ length: perEpoch }, (_, step) =>
          order.at(epoch * perEpoch + step),
        );
        expect(seen.every((indices) => indices.length === each)).toBe(true);
        const all = seen.flat();
        expect(new Set(all).size).toBe(all.length);
        expect(all.every((index) => index >= 0 && index < count)).toBe(true);
      }),
    );
  });

  test('is the same for the same seed, whichever steps were asked for before', () => {
    fc.assert(
      fc.property(
        anySet,
        fc.array(fc.nat(200), { maxLength: 8 }),
        ({ count, batch, seed }, steps) => {
          const order = createBatchOrder(count, batch, seed);
          for (const step of steps)
            expect(order.at(step)).toEqual(createBatchOrder(count, batch, seed).at(step));
        },
      ),
    );
  });

  test('differs from epoch to epoch, and reaches what an epoch left over', () => {
    const order = createBatchOrder(10, 4, 1);
    const epochs = Array.from({ length: 20 }, (_, epoch) => [
      ...order.at(2 * epoch),
      ...order.at(2 * epoch + 1),
    ]);
    expect(new Set(epochs.map(String)).size).toBe(20);
    expect(new Set(epochs.flat()).size).toBe(10);
  });
});
