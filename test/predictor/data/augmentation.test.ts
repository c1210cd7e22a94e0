import fc from 'fast-check';
import { createRandom } from '../../../common/random';
import { augmented } from '../../../predictor/data/augmentation';

const size = [8, 8] as const;

/** Pixels whose colour is told by their label. */
function batchOf(labels: readonly number[]) {
  return {
    labels: Int32Array.from(labels),
    pixels: Uint8Array.from(labels.flatMap((label) => [label * 60, label * 60, label * 60])),
  };
}

const anyMask = fc.array(fc.nat(3), { minLength: 64, maxLength: 64 });

describe('standard augmentation', () => {
  test('moves the labels of pixels with the pixels', () => {
    fc.assert(
      fc.property(anyMask, fc.nat(), (labels, seed) => {
        const { pixels, labels: moved } = augmented(
          batchOf(labels),
          { size, isMask: true },
          createRandom(seed),
        );
        // Grey is recoloured alike everywhere, so a label has one colour, and darker labels have darker ones.
        const colours = new Map<number, Set<number>>();
        moved.forEach((label, index) => {
          const known = colours.get(label) ?? new Set();
          colours.set(label, known.add(pixels[3 * index]!));
        });
        for (const seen of colours.values()) expect(seen.size).toBe(1);
        const order = [...colours]
          .sort(([one], [other]) => one - other)
          .map(([, seen]) => [...seen][0]!);
        expect(order).toEqual([...order].sort((one, other) => one - other));
      }),
      { numRuns: 100 },
    );
  });

  test('keeps the labels of images, and the batch that it is given', () => {
    const labels = Array.from({ length: 64 }, (_, index) => index % 4);
    const batch = { ...batchOf(labels), labels: Int32Array.of(7) };
    const before = Uint8Array.from(batch.pixels);
    const changed = augmented(batch, { size, isMask: false }, createRandom(3));
    expect([...changed.labels]).toEqual([7]);
    expect(Buffer.compare(batch.pixels, before)).toBe(0);
    expect(changed.pixels).toHaveLength(before.length);
  });

  test('is the same for the same seed, flips half of all, and shifts by an eighth at most', () => {
    const columns = batchOf(Array.from({ length: 64 }, (_, index) => Math.min(3, index % 8)));
    const seen = Array.from({ length: 400 }, (_, seed) => {
      const { labels } = augmented(columns, { size, isMask: true }, createRandom(seed));
      const again = augmented(columns, { size, isMask: true }, createRandom(seed));
      expect([...again.labels]).toEqual([...labels]);
      return [...labels.subarray(0, 8)].join('');
    });
    const flipped = seen.filter((row) => row.startsWith('3')).length;
    expect(Math.abs(flipped - 200)).toBeLessThan(50);
    expect(new Set(seen)).toEqual(
      new Set(['00123333', '01233333', '12333333', '33332100', '33333210', '33333321']),
    );
  });
});
