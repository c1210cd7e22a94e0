import { truncateSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { BadInputError } from '../../../common/bad_input';
import { digestOfData } from '../../../predictor/data/data_files';
import { openData, type DataOptions } from '../../../predictor/data/open_data';
import {
  classesOf,
  contentOf,
  createDataLab,
  greyImage,
  plainImage,
  smallForm,
  type DataLab,
} from './data_lab';

let lab: DataLab;
beforeEach(() => {
  lab = createDataLab();
});
afterEach(() => {
  lab.remove();
});

const source = (more: { readonly digest?: string; readonly validationShare?: number } = {}) =>
  ({
    kind: 'folder',
    path: lab.root,
    digest: '',
    validationShare: 0.25,
    splitSeed: 1,
    ...more,
  }) as const;

const open = (classes: number, options?: DataOptions) =>
  openData(source(), classesOf(classes), smallForm, options);

/** Images whose red says which one they are. */
async function putImages(folder: string, reds: readonly number[]): Promise<void> {
  for (const red of reds) lab.put(`${folder}/${red}.png`, await plainImage([red, 0, 0]));
}

const range = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => from + index);

describe('a folder of images', () => {
  test('has a class for each folder below train and val, numbered in the order of their names', async () => {
    await putImages('train/cat', [10, 11]);
    await putImages('train/ant', [20]);
    await putImages('val/cat', [30]);
    lab.put('train/cat/notes.txt', Buffer.from('left aside'));
    lab.put('train/cat/._10.png', Buffer.from('left aside'));
    const { train, validation, classNames } = await open(2);
    expect(classNames).toEqual(['ant', 'cat']);
    expect(await contentOf(train)).toEqual([
      [10, 1],
      [11, 1],
      [20, 0],
    ]);
    expect(await contentOf(validation)).toEqual([[30, 1]]);
  });

  test('without val is split by share and seed, within each class, the same each time', async () => {
    await putImages('a', range(0, 8));
    await putImages('b', range(100, 4));
    const { train, validation } = await open(2);
    const held = await contentOf(validation);
    expect(held.map(([, label]) => label)).toEqual([0, 0, 1]);
    expect([...held, ...(await contentOf(train))].map(([red]) => red).sort()).toEqual(
      [...range(0, 8), ...range(100, 4)].sort(),
    );
    expect(await contentOf((await open(2)).validation)).toEqual(held);
    const other = await openData({ ...source(), splitSeed: 2 }, classesOf(2), smallForm);
    expect(await contentOf(other.validation)).not.toEqual(held);
  });

  test('begins with images of all classes, however it is sorted on the disk', async () => {
    await putImages('train/a', range(0, 20));
    await putImages('train/b', range(100, 20));
    await putImages('val/a', [50]);
    const { labels } = await (await open(2)).train.read(range(0, 12));
    expect(new Set(labels)).toEqual(new Set([0, 1]));
  });

  test('of odd sizes gives images of the size that the network reads', async () => {
    lab.put('a/1.png', await plainImage([1, 2, 3], { width: 9, height: 31 }));
    lab.put('a/2.png', await plainImage([1, 2, 3], { width: 40, height: 10 }));
    lab.put('b/3.png', await plainImage([1, 2, 3], { width: 13, height: 13 }));
    lab.put('b/4.png', await plainImage([1, 2, 3]));
    const { train, validation } = await openData(source(), classesOf(2), {
      ...smallForm,
      size: [5, 7],
    });
    for (const images of [train, validation]) {
      const { pixels } = await images.read(range(0, images.count));
      expect(pixels).toHaveLength(images.count * 5 * 7 * 3);
      expect(pixels.every((value, index) => value === 1 + (index % 3))).toBe(true);
    }
  });

  test('with damaged images gives their places to the next ones, and tells of each once', async () => {
    await putImages('train/a', range(0, 6));
    await putImages('train/b', range(100, 6));
    await putImages('val/a', [50]);
    truncateSync(path.join(lab.root, 'train/a/3.png'), 40);
    lab.put('train/b/103.png', Buffer.from('no image'));
    const notes: string[] = [];
    const { train } = await open(2, { note: (line) => notes.push(line) });
    const reds = (await contentOf(train)).map(([red]) => red);
    expect(train.count).toBe(12);
    expect(reds).not.toContain(3);
    expect(reds).not.toContain(103);
    await train.read(range(0, 12));
    expect(notes).toHaveLength(2);
    expect(notes.every((note) => note.startsWith('left out: ') && note.includes(lab.root))).toBe(
      true,
    );
    await expect((await open(2, { strict: true })).train.read(range(0, 12))).rejects.toThrow(
      BadInputError,
    );
  });

  test('whose images are all damaged is refused, not looked through for ever', async () => {
    for (const red of range(0, 30)) lab.put(`a/${red}.png`, Buffer.from(`x${red}`));
    for (const red of range(0, 30)) lab.put(`b/${red}.png`, Buffer.from(`x${red}`));
    await expect((await open(2)).train.read([0])).rejects.toThrow(
      /cannot be read as an image .*; nor can the 19 images before it$/,
    );
  });

  test('damaged anywhere never ends in anything but images or one clear line', async () => {
    const whole = await sharp({
      create: {
        width: 16,
        height: 16,
        channels: 3,
        background: '#336699',
        noise: { type: 'gaussian', mean: 100, sigma: 60 },
      },
    })
      .jpeg()
      .toBuffer();
    await putImages('b', [1, 2]);
    await putImages('a', [3]);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, value) => {
        const damaged = Buffer.from(whole);
        damaged[at] = value;
        lab.put('a/x.jpg', damaged);
        const { train } = await open(2);
        const { pixels } = await train.read(range(0, train.count));
        expect(pixels).toHaveLength(train.count * 8 * 8 * 3);
      }),
      { numRuns: 40 },
    );
  });

  test.each<readonly [string, () => Promise<unknown>, RegExp]>([
    [
      'that is not there',
      () => rm(lab.root, { recursive: true }),
      /cannot be read \(ENOENT\); give the folder of a data set$/,
    ],
    [
      'without an image',
      () => Promise.resolve(lab.put('notes.txt', Buffer.from('x'))),
      /has no images .* give the folder of a data set$/,
    ],
    [
      'of one class',
      () => putImages('cat', [1, 2, 3]),
      /has one class only \(cat\); expected a folder for each of the head's 3 classes$/,
    ],
    [
      'of images without class folders',
      () => putImages('.', [1, 2, 3]),
      /has no class folders with images; expected a folder for each class$/,
    ],
    [
      'of fewer classes than the head has',
      async () => {
        await putImages('a', [1, 2]);
        await putImages('b', [1, 2]);
      },
      /has 2 class folders \(a, b …\); the head has 3 classes$/,
    ],
    [
      'with an empty class',
      async () => {
        for (const name of ['a', 'b']) await putImages(name, [1, 2]);
        lab.put('c/notes.txt', Buffer.from('x'));
      },
      /the folder of class c has no images/,
    ],
    [
      'whose val has a class of its own',
      async () => {
        for (const name of ['train/a', 'train/b', 'train/c', 'val/d']) await putImages(name, [1]);
      },
      /val\/d: there is no class of this name in train; name the folders alike$/,
    ],
    [
      'of one image for each class',
      async () => {
        for (const name of ['a', 'b', 'c']) await putImages(name, [1]);
      },
      /field data.validationShare: 0.25 of 3 images leaves none to validate with/,
    ],
  ])('%s is refused in a line', async (_, make, message) => {
    await make();
    await expect(open(3)).rejects.toThrow(message);
    await expect(open(3)).rejects.toThrow(BadInputError);
  });

  test('is known by its list of files: another one under its name is refused', async () => {
    await putImages('a', [1, 2]);
    await putImages('b', [3, 4]);
    const digest = await digestOfData({ kind: 'folder', path: lab.root });
    const known = source({ digest });
    await expect(openData(known, classesOf(2), smallForm)).resolves.toBeDefined();
    await putImages('b', [5]);
    await expect(openData(known, classesOf(2), smallForm)).rejects.toThrow(
      /holds other files than those that the reference was registered with/,
    );
  });
});

describe('a folder of images and masks', () => {
  const segmentation = { kind: 'segmentation', classes: 3 } as const;
  const openMasks = () => openData(source(), segmentation, smallForm);

  async function putPair(name: string, mask: Uint8Array): Promise<void> {
    lab.put(`images/${name}.png`, await plainImage([9, 9, 9]));
    lab.put(`masks/${name}.png`, await greyImage(mask, 8));
  }

  test('has a label for each pixel, and none where the mask says 255', async () => {
    const mask = Uint8Array.from({ length: 64 }, (_, index) => [0, 2, 255][index % 3]!);
    for (const name of ['one', 'two', 'three', 'four']) await putPair(name, mask);
    const { train, validation } = await openMasks();
    expect([train.count, validation.count]).toEqual([3, 1]);
    const { labels } = await train.read([2, 0]);
    expect([...labels]).toEqual([...mask, ...mask].map((value) => (value === 255 ? -1 : value)));
  });

  test('refuses a class that the head has not, and an image without a mask', async () => {
    await putPair('one', new Uint8Array(64).fill(3));
    await putPair('two', new Uint8Array(64).fill(3));
    await expect((await openMasks()).train.read([0])).rejects.toThrow(
      /has a pixel of class 3; the head has 3, counted from 0/,
    );
    lab.put('images/three.png', await plainImage([9, 9, 9]));
    await expect(openMasks()).rejects.toThrow(/images\/three.png: has no mask of its name/);
  });
});
