import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { generatedImages } from '../../../predictor/data/generated_images';
import { openData } from '../../../predictor/data/open_data';
import { classesOf, smallForm } from './data_lab';

const set = (more: Partial<Parameters<typeof generatedImages>[0]> = {}) =>
  generatedImages({
    name: 'train',
    seed: 1,
    count: 1_000_000,
    side: 32,
    task: classesOf(10),
    ...more,
  });
const masks = { kind: 'segmentation', classes: 11 } as const;

describe('generated images', () => {
  test('are these, on every machine', async () => {
    const { pixels, labels } = await set().read([0, 1, 2, 999_999]);
    expect([...labels]).toMatchInlineSnapshot(`
     [
       8,
       0,
       5,
       4,
     ]
    `);
    expect(createHash('sha256').update(pixels).digest('hex').slice(0, 16)).toMatchInlineSnapshot(
      `"5349954dee50b8a2"`,
    );
  });

  test('are the same whenever, wherever and beside whichever they are read', async () => {
    const anyIndices = fc.array(fc.nat(999_999), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(anyIndices, fc.constantFrom(8, 17, 32), async (indices, side) => {
        const together = await set({ side }).read(indices);
        const each = side * side * 3;
        for (const [place, index] of indices.entries()) {
          const alone = await set({ side }).read([index]);
          expect(alone.labels[0]).toBe(together.labels[place]);
          expect(
            Buffer.compare(
              alone.pixels,
              together.pixels.subarray(place * each, (place + 1) * each),
            ),
          ).toBe(0);
        }
      }),
      { numRuns: 10 },
    );
  });

  test('differ from seed to seed, and between training and validation', async () => {
    const first = async (images: ReturnType<typeof set>) =>
      createHash('sha256')
        .update((await images.read([0])).pixels)
        .digest('hex');
    const digests = [
      await first(set()),
      await first(set({ seed: 2 })),
      await first(set({ name: 'validation' })),
      await first(set({ name: 'validation', seed: 2 })),
    ];
    expect(new Set(digests).size).toBe(4);
  });

  test('have all classes about equally often', async () => {
    const { labels } = await set({ side: 8 }).read(Array.from({ length: 600 }, (_, at) => at));
    const counts = Array.from({ length: 10 }, (_, label) =>
      labels.reduce((sum, each) => sum + (each === label ? 1 : 0), 0),
    );
    // Five deviations of a binomial distribution of 600 tenths are 37.
    for (const count of counts) expect(Math.abs(count - 60)).toBeLessThan(37);
  });

  test('have masks of the same scenes: background, and the shape that the image is of', async () => {
    const indices = Array.from({ length: 50 }, (_, index) => index);
    const images = await set().read(indices);
    const masked = await set({ task: masks }).read(indices);
    expect(Buffer.compare(images.pixels, masked.pixels)).toBe(0);
    let covered = 0;
    for (const index of indices) {
      const mask = masked.labels.subarray(index * 1024, (index + 1) * 1024);
      const shape = images.labels[index]! + 1;
      expect(mask.every((label) => label === 0 || label === shape)).toBe(true);
      covered += mask.reduce((sum, label) => sum + (label > 0 ? 1 : 0), 0) / 1024;
    }
    expect(covered / indices.length).toBeGreaterThan(0.05);
    expect(covered / indices.length).toBeLessThan(0.6);
  });

  test.each([
    [classesOf(5), smallForm, /field task.classes: 5; generated images have 10 for classification/],
    [masks, { ...smallForm, size: [8, 9] as const }, /generated images are square/],
  ])('of what they are not are refused', async (task, form, message) => {
    const source = { kind: 'generated', seed: 1, train: 4, validation: 4 } as const;
    await expect(openData(source, task, form)).rejects.toThrow(message);
    await expect(
      openData(source, { kind: 'segmentation', classes: 11 }, smallForm),
    ).resolves.toMatchObject({ classNames: { length: 11 } });
  });
});
