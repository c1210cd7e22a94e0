import { zipSync } from 'fflate';
import fc from 'fast-check';
import { BadInputError } from '../../../common/bad_input';
import type { Task } from '../../../common/training/reference';
import { openData } from '../../../predictor/data/open_data';
import { npyFile } from '../../model/calibration/npy_file';
import { classesOf, contentOf, createDataLab, smallForm, type DataLab } from './data_lab';

let lab: DataLab;
beforeEach(() => {
  lab = createDataLab();
});
afterEach(() => {
  lab.remove();
});

const open = (place = lab.root, task: Task = classesOf(2)) =>
  openData(
    { kind: 'arrays', path: place, digest: '', validationShare: 0.25, splitSeed: 1 },
    task,
    smallForm,
  );

const [count, plane] = [4, 64];

/** Red of image i is 10 i + 1, green 2, blue 3. */
const colourAt = (image: number, channel: number): number => [10 * image + 1, 2, 3][channel]!;
const interleaved = Uint8Array.from({ length: count * plane * 3 }, (_, index) =>
  colourAt(Math.floor(index / (3 * plane)), index % 3),
);
const planes = Uint8Array.from({ length: count * plane * 3 }, (_, index) =>
  colourAt(Math.floor(index / (3 * plane)), Math.floor(index / plane) % 3),
);
const labels = npyFile(BigInt64Array.of(0n, 1n, 0n, 1n), { descr: '<i8', shape: [count] });
const bytesImages = npyFile(interleaved, { descr: '|u1', shape: [count, 8, 8, 3] });
const expected = [
  [1, 0],
  [11, 1],
  [21, 0],
  [31, 1],
];

async function everything(place?: string) {
  const { train, validation } = await open(place);
  expect([train.count, validation.count]).toEqual([3, 1]);
  const content = [...(await contentOf(train)), ...(await contentOf(validation))];
  const { pixels } = await train.read([0]);
  expect([...pixels.subarray(1, 3)]).toEqual([2, 3]);
  return content.sort(([one = 0], [other = 0]) => one - other);
}

describe('arrays of images', () => {
  test.each<readonly [string, Buffer]>([
    ['bytes, channels last', bytesImages],
    ['bytes, channels first', npyFile(planes, { descr: '|u1', shape: [count, 3, 8, 8] })],
    [
      'real numbers up to 1',
      npyFile(
        Float32Array.from(interleaved, (value) => value / 255),
        { descr: '<f4', shape: [count, 8, 8, 3] },
      ),
    ],
    [
      'real numbers up to 255',
      npyFile(Float64Array.from(planes), { descr: '<f8', shape: [count, 3, 8, 8] }),
    ],
  ])('are read as %s, from a folder and from an archive', async (_, images) => {
    lab.put('images.npy', images);
    lab.put('labels.npy', labels);
    expect(await everything()).toEqual(expected);
    const archive = lab.put('all.npz', zipSync({ 'images.npy': images, 'labels.npy': labels }));
    expect(await everything(archive)).toEqual(expected);
  });

  test('in grey are grey in all channels', async () => {
    const grey = Uint8Array.from({ length: count * plane }, (_, index) =>
      Math.floor(index / plane),
    );
    lab.put('images.npy', npyFile(grey, { descr: '|u1', shape: [count, 8, 8] }));
    lab.put('labels.npy', labels);
    const { pixels } = await (await open()).validation.read([0]);
    expect(new Set(pixels).size).toBe(1);
  });

  test('say themselves what validates where they have it', async () => {
    const archive = lab.put(
      'medical.npz',
      zipSync({
        'train_images.npy': bytesImages,
        'train_labels.npy': npyFile(Uint8Array.of(0, 1, 0, 1), { descr: '|u1', shape: [count, 1] }),
        'val_images.npy': npyFile(interleaved.subarray(0, 384), {
          descr: '|u1',
          shape: [2, 8, 8, 3],
        }),
        'val_labels.npy': npyFile(Int32Array.of(1, 0), { descr: '<i4', shape: [2] }),
      }),
    );
    const { train, validation } = await open(archive);
    expect(await contentOf(train)).toEqual(expected);
    expect(await contentOf(validation)).toEqual([
      [1, 1],
      [11, 0],
    ]);
  });

  test('have masks of the size of the images', async () => {
    lab.put('images.npy', bytesImages);
    const masks = Uint8Array.from({ length: count * plane }, (_, index) => index % 2);
    lab.put('labels.npy', npyFile(masks, { descr: '|u1', shape: [count, 8, 8] }));
    const task = { kind: 'segmentation', classes: 2 } as const;
    const { labels: read } = await (await open(lab.root, task)).train.read([1]);
    expect([...read]).toEqual([...masks.subarray(0, plane)]);
    lab.put('labels.npy', npyFile(masks, { descr: '|u1', shape: [count, 4, 16] }));
    await expect(open(lab.root, task)).rejects.toThrow(
      /has shape 4x4x16 of uint8; expected uint8 masks of 8x8, as the images are/,
    );
  });

  test.each<readonly [string, Record<string, Buffer>, RegExp]>([
    [
      'of other names',
      { 'a.npy': labels },
      /has no arrays of the names images and labels .* it has a$/,
    ],
    [
      'without values',
      {
        'images.npy': npyFile(new Uint8Array(), { descr: '|u1', shape: [0, 8, 8, 3] }),
        'labels.npy': labels,
      },
      /holds no images/,
    ],
    [
      'with too few labels',
      {
        'images.npy': bytesImages,
        'labels.npy': npyFile(Uint8Array.of(1), { descr: '|u1', shape: [1] }),
      },
      /has 1 labels for 4 images/,
    ],
    [
      'with a label that the head has not',
      {
        'images.npy': bytesImages,
        'labels.npy': npyFile(Uint8Array.of(0, 1, 2, 0), { descr: '|u1', shape: [4] }),
      },
      /label 2 of image 2; the head has 2 classes/,
    ],
    [
      'of one class',
      {
        'images.npy': bytesImages,
        'labels.npy': npyFile(new Uint8Array(4), { descr: '|u1', shape: [4] }),
      },
      /all images are of class 0/,
    ],
    [
      'with real numbers for labels',
      {
        'images.npy': bytesImages,
        'labels.npy': npyFile(new Float32Array(4), { descr: '<f4', shape: [4] }),
      },
      /expected a whole number for each image/,
    ],
    [
      'that are normalized already',
      {
        'images.npy': npyFile(
          Float32Array.from(interleaved, (value) => value / 30 - 1),
          { descr: '<f4', shape: [4, 8, 8, 3] },
        ),
        'labels.npy': labels,
      },
      /has values from -0.967 to .*; expected pixels from 0 to 1 or to 255: mean and deviation are taken off when a network reads them$/,
    ],
    [
      'with values that are no numbers',
      {
        'images.npy': npyFile(new Float32Array(768).fill(NaN), {
          descr: '<f4',
          shape: [4, 8, 8, 3],
        }),
        'labels.npy': labels,
      },
      /expected pixels from 0 to 1/,
    ],
    [
      'of another shape',
      {
        'images.npy': npyFile(interleaved, { descr: '|u1', shape: [4, 192] }),
        'labels.npy': labels,
      },
      /has shape 4x192; expected images of N x H x W x 3/,
    ],
    [
      'that are cut',
      { 'images.npy': bytesImages.subarray(0, 300), 'labels.npy': labels },
      /bytes of values; its shape 4x8x8x3 needs 768/,
    ],
  ])('%s are refused in a line', async (_, files, message) => {
    for (const [name, bytes] of Object.entries(files)) lab.put(name, bytes);
    await expect(open()).rejects.toThrow(message);
    const archive = lab.put('all.npz', zipSync(files));
    await expect(open(archive)).rejects.toThrow(message);
  });

  test('in an archive that is damaged anywhere come as they are, or are refused in a line', async () => {
    const whole = zipSync({ 'images.npy': bytesImages, 'labels.npy': labels });
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, value) => {
        const damaged = Uint8Array.from(whole);
        damaged[at] = value;
        const archive = lab.put('all.npz', damaged);
        try {
          const { train } = await open(archive);
          await train.read([0, 1, 2]);
        } catch (error) {
          expect(error).toBeInstanceOf(BadInputError);
          expect((error as Error).message).not.toContain('\n');
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('CIFAR', () => {
  const record = (labelBytes: readonly number[], red: number): Buffer =>
    Buffer.concat([
      Buffer.from(labelBytes),
      Buffer.alloc(1024, red),
      Buffer.alloc(1024, 2),
      Buffer.alloc(1024, 3),
    ]);
  const openCifar = (kind: 'cifar10' | 'cifar100', classes: number) =>
    openData(
      { kind, path: lab.root, digest: '', validationShare: 0.2, splitSeed: 1 },
      classesOf(classes),
      { ...smallForm, size: [32, 32] },
    );

  test('of ten classes comes from its batches, planes turned into pixels', async () => {
    lab.put(
      'cifar-10-batches-bin/data_batch_1.bin',
      Buffer.concat([record([3], 10), record([9], 20)]),
    );
    lab.put('cifar-10-batches-bin/data_batch_2.bin', record([0], 30));
    lab.put('cifar-10-batches-bin/test_batch.bin', record([1], 40));
    const { train, validation } = await openCifar('cifar10', 10);
    expect(await contentOf(train)).toEqual([
      [10, 3],
      [20, 9],
      [30, 0],
    ]);
    expect(await contentOf(validation)).toEqual([[40, 1]]);
    const { pixels } = await validation.read([0]);
    expect([...pixels.subarray(3069)]).toEqual([40, 2, 3]);
  });

  test('of a hundred has the finer labels, and a share validates where there is no test file', async () => {
    lab.put('train.bin', Buffer.concat([5, 6, 7, 8, 99].map((fine) => record([1, fine], fine))));
    const { train, validation } = await openCifar('cifar100', 100);
    expect([train.count, validation.count]).toEqual([4, 1]);
    const all = [...(await contentOf(train)), ...(await contentOf(validation))];
    expect(all.every(([red, label]) => red === label)).toBe(true);
    expect(new Set(all.map(([red]) => red))).toEqual(new Set([5, 6, 7, 8, 99]));
  });

  test.each<readonly [string, () => unknown, number, RegExp]>([
    [
      'that is not there',
      () => lab.put('other.bin', Buffer.from('x')),
      10,
      /has no data_batch_1.bin; give the folder of the binary version of cifar10/,
    ],
    [
      'of another length',
      () => lab.put('data_batch_1.bin', Buffer.alloc(3072)),
      10,
      /has 3072 bytes; expected images of 3073 bytes each/,
    ],
    [
      'for another head',
      () => lab.put('data_batch_1.bin', record([1], 1)),
      100,
      /cifar10 has 10 classes; the head has 100/,
    ],
  ])('%s is refused', async (_, make, classes, message) => {
    make();
    await expect(openCifar('cifar10', classes)).rejects.toThrow(message);
  });

  test('with the labels of another version is refused when they are read', async () => {
    lab.put('data_batch_1.bin', Buffer.concat([record([11], 1), record([12], 2), record([13], 2)]));
    const { train } = await openCifar('cifar10', 10);
    await expect(train.read([0])).rejects.toThrow(/is of class 1[123]; expected one below 10/);
  });
});
