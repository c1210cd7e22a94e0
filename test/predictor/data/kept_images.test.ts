import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { keptImages } from '../../../predictor/data/kept_images';
import { placeInCache } from '../../../predictor/data/image_cache';
import type { LabelledImages } from '../../../predictor/data/labelled_images';
import { rememberedImages } from '../../../predictor/data/remembered_images';
import { createDataLab, type DataLab } from './data_lab';

let lab: DataLab;
beforeEach(() => {
  lab = createDataLab();
});
afterEach(() => {
  lab.remove();
});

const count = 12;
let files = 0;

/** Images whose pixels say their number, and which were asked for. */
function numberedImages(): { readonly images: LabelledImages; readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    images: {
      count,
      classes: count,
      size: [2, 3],
      read: (indices) => {
        asked.push(...indices);
        return Promise.resolve({
          pixels: Uint8Array.from(indices.flatMap((index) => Array<number>(18).fill(index))),
          labels: Int32Array.from(indices),
        });
      },
    },
  };
}

const keepAt = (file: string, largestBytes = 1e6) => ({
  file,
  largestBytes,
  labelsEach: 1,
  note: (line: string) => {
    throw new Error(line);
  },
});

async function expectNumbered(images: LabelledImages, indices: readonly number[]): Promise<void> {
  const { pixels, labels } = await images.read(indices);
  expect([...labels]).toEqual([...indices]);
  expect([...pixels]).toEqual(indices.flatMap((index) => Array<number>(18).fill(index)));
}

const anyReads = fc.array(fc.array(fc.nat(count - 1), { minLength: 1, maxLength: 8 }), {
  maxLength: 6,
});

describe('decoded images', () => {
  test('are the same from memory and from the disk, and are decoded once', async () => {
    await fc.assert(
      fc.asyncProperty(anyReads, fc.boolean(), async (reads, onDisk) => {
        const { images, asked } = numberedImages();
        files += 1;
        const file = path.join(lab.root, `${files}.images`);
        const kept = onDisk
          ? keptImages(images, keepAt(file))
          : rememberedImages(images, { labelsEach: 1 });
        for (const indices of reads) await expectNumbered(kept, indices);
        if (!onDisk) expect(asked).toHaveLength(new Set(asked).size);
        const before = asked.length;
        const again = onDisk ? keptImages(images, keepAt(file)) : kept;
        for (const indices of reads) await expectNumbered(again, indices);
        expect(asked).toHaveLength(before);
      }),
      { numRuns: 40 },
    );
  });

  test('that do not fit are decoded each time', async () => {
    const { images, asked } = numberedImages();
    const all = Array.from({ length: count }, (_, index) => index);
    const kept = keptImages(images, keepAt(path.join(lab.root, 'a.images'), 5 * 28));
    await expectNumbered(kept, all);
    await expectNumbered(kept, all);
    expect(asked.slice(count)).toEqual([5, 6, 7, 8, 9, 10, 11]);
    expect(statSync(path.join(lab.root, 'a.images')).size).toBe(5 * 28);
    expect(rememberedImages(images, { labelsEach: 1, largestBytes: 100 })).toBe(images);
  });

  test('that were damaged on the disk are decoded again', async () => {
    const file = path.join(lab.root, 'a.images');
    const { images } = numberedImages();
    const all = Array.from({ length: count }, (_, index) => index);
    await expectNumbered(keptImages(images, keepAt(file)), all);
    const whole = readFileSync(file);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.nat(254),
        fc.nat(whole.length),
        async (at, change, length) => {
          const damaged = Buffer.from(whole.subarray(0, length));
          if (at < length) damaged[at] = damaged[at]! ^ (change + 1);
          writeFileSync(file, damaged);
          await expectNumbered(keptImages(images, keepAt(file)), all);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('come all the same where they cannot be kept, with one line about it', async () => {
    const { images } = numberedImages();
    const notes: string[] = [];
    const kept = keptImages(images, {
      ...keepAt(path.join(lab.root, 'missing', 'a.images')),
      note: (line) => notes.push(line),
    });
    await expectNumbered(kept, [1, 2]);
    await expectNumbered(kept, [1, 2]);
    expect(notes).toEqual([
      expect.stringMatching(
        /missing: decoded images cannot be kept there \(ENOENT\), .*; make room$/,
      ),
    ]);
  });
});

describe('a cache of decoded images', () => {
  test('has a file for each key, and drops those used longest ago', async () => {
    const folder = path.join(lab.root, 'cache');
    const cache = { folder, largestBytes: 100_000 };
    const put = async (key: string, usedAt: number): Promise<string> => {
      const file = await placeInCache(cache, key, 40_000);
      writeFileSync(file, Buffer.alloc(40_000, 1));
      utimesSync(file, usedAt, usedAt);
      return file;
    };
    const [old, young] = [await put('old', 1_000), await put('young', 2_000)];
    expect(await placeInCache(cache, 'old', 40_000)).toBe(old);
    utimesSync(old, 1_000, 1_000);
    await put('new', 3_000);
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
    expect(readdirSync(folder)).toHaveLength(2);
  });
});
