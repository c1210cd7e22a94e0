import fc from 'fast-check';
import { createNsrMeter } from '../../../predictor/distill/block_nsr';

const values = (data: readonly number[], channels: number) => ({
  data: Float32Array.from(data),
  shape: [data.length / channels, channels],
});

test('a channel counts by its error over its own variance', () => {
  const meter = createNsrMeter(Float32Array.of(1, 100));
  meter.add(values([1, 10, -1, -10], 2), values([0, 0, 0, 0], 2));
  expect(meter.ratio()).toBeCloseTo(1, 6);
});

test('what is made without an error has none, even where the teacher says always the same', () => {
  const meter = createNsrMeter(Float32Array.of(0));
  meter.add(values([3, 3], 1), values([3, 3], 1));
  expect(meter.ratio()).toBe(0);
});

test('an error in a channel that is always the same is large and finite', () => {
  const meter = createNsrMeter(Float32Array.of(0));
  meter.add(values([4], 1), values([3], 1));
  expect(meter.ratio()).toBeGreaterThan(1e6);
  expect(meter.ratio()).toBeLessThan(Infinity);
});

test('how the samples are divided into batches does not matter', () => {
  const number = fc.float({ min: -10, max: 10, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 20 }),
      fc.nat(),
      (pairs, at) => {
        const [made, wanted] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
        const [whole, parted] = [1, 2].map(() => createNsrMeter(Float32Array.of(2)));
        whole?.add(values(made, 1), values(wanted, 1));
        const cut = at % pairs.length;
        parted?.add(values(made.slice(0, cut), 1), values(wanted.slice(0, cut), 1));
        parted?.add(values(made.slice(cut), 1), values(wanted.slice(cut), 1));
        expect(parted?.ratio()).toBeCloseTo(whole?.ratio() ?? NaN, 5);
      },
    ),
  );
});
