import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import sharp from 'sharp';
import { BadInputError } from '../../../common/bad_input';
import { imageNetPreparation } from '../../../model/calibration/images';
import { openCalibration } from '../../../model/calibration/open';
import { npyFile } from './npy_file';

const input = { name: 'image', shape: [1, 3, 4, 4] };
const plain = { ...imageNetPreparation, mean: [0, 0, 0], std: [1, 1, 1] } as const;
const elements = 48;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'calibration-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function put(name: string, content: Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

async function samplesAt(location: string): Promise<Float32Array[]> {
  const source = await openCalibration(location, input, plain);
  const samples: Float32Array[] = [];
  for await (const sample of source.samples()) samples.push(sample);
  expect(samples).toHaveLength(source.count);
  return samples;
}

const ramp = (count: number, start = 0): Float32Array =>
  Float32Array.from({ length: count }, (_, index) => start + index);

describe('calibration samples', () => {
  test('come from a batch, a single sample, raw values and archives, in the order of the names', async () => {
    put('a.npy', npyFile(ramp(2 * elements), { descr: '<f4', shape: [2, 3, 4, 4] }));
    put(
      'b.npy',
      npyFile(Float64Array.from(ramp(elements, 100)), { descr: '<f8', shape: [3, 4, 4] }),
    );
    put('c.raw', new Uint8Array(ramp(elements, 200).buffer));
    put(
      'd.npz',
      zipSync({
        'x.npy': npyFile(ramp(elements, 300), { descr: '<f4', shape: [1, 3, 4, 4] }),
        'notes.txt': Buffer.from('no array'),
      }),
    );
    put('readme.txt', Buffer.from('left aside'));
    expect((await samplesAt(folder)).map((sample) => [sample.length, sample[0]])).toEqual([
      [elements, 0],
      [elements, elements],
      [elements, 100],
      [elements, 200],
      [elements, 300],
    ]);
  });

  test.each<readonly [string, (name: string) => string, RegExp]>([
    [
      'a pipe',
      (name) => (execFileSync('mkfifo', [path.join(folder, name)]), path.join(folder, name)),
      /: is a pipe, whose end nobody knows; give a folder or a file with calibration samples$/,
    ],
    [
      'a pipe behind a link',
      (name) => (
        execFileSync('mkfifo', [path.join(folder, 'pipe')]),
        symlinkSync('pipe', path.join(folder, name)),
        path.join(folder, name)
      ),
      /: is a pipe/,
    ],
    [
      'a device',
      (name) => (symlinkSync('/dev/zero', path.join(folder, name)), path.join(folder, name)),
      /: is a device/,
    ],
    [
      'a file that the system makes up',
      (name) => (symlinkSync('/proc/self/maps', path.join(folder, name)), path.join(folder, name)),
      /: is empty/,
    ],
    [
      'a link to itself',
      (name) => (symlinkSync(name, path.join(folder, name)), path.join(folder, name)),
      /: cannot be read \(ELOOP\)/,
    ],
    [
      'a folder behind a link',
      (name) => (
        mkdirSync(path.join(folder, 'empty')),
        symlinkSync('empty', path.join(folder, name)),
        folder
      ),
      /: is a folder|: the folder has no files/,
    ],
    [
      'a link to nothing',
      (name) => (symlinkSync('nowhere', path.join(folder, name)), folder),
      /: cannot be read \(ENOENT\)/,
    ],
  ])('are not waited for in %s', async (_, make, message) => {
    for (const name of ['x.npy', 'x.npz', 'x.raw', 'x.jpg']) {
      await expect(
        openCalibration(make(name), { name: 'image', shape: [1, 3, 4, 4] }, plain),
      ).rejects.toThrow(BadInputError);
      await expect(
        openCalibration(path.join(folder, name), { name: 'image', shape: [1, 3, 4, 4] }, plain),
      ).rejects.toThrow(name === 'x.npy' ? message : BadInputError);
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
    }
  });

  test('can be read again from the beginning', async () => {
    const source = await openCalibration(
      put('a.npy', npyFile(ramp(elements), { descr: '<f4', shape: [1, 3, 4, 4] })),
      input,
      plain,
    );
    const firsts: unknown[] = [];
    for (const pass of [source.samples(), source.samples()])
      for await (const sample of pass) firsts.push(sample[1]);
    expect(firsts).toEqual([1, 1]);
  });

  test('of an archive are those named like the input, if there are such', async () => {
    const file = put(
      'a.npz',
      zipSync({
        'label.npy': npyFile(ramp(5), { descr: '<f4', shape: [5] }),
        'image.npy': npyFile(ramp(elements), { descr: '<f4', shape: [1, 3, 4, 4] }),
      }),
    );
    expect(await samplesAt(file)).toHaveLength(1);
  });

  test('from images are red, green, blue planes of the middle, scaled and normalized', async () => {
    const image = await sharp({
      create: { width: 40, height: 20, channels: 3, background: { r: 255, g: 0, b: 51 } },
    })
      .png()
      .toBuffer();
    const [sample] = await samplesAt(put('red.png', image));
    expect([0, 16, 32].map((index) => sample?.[index])).toEqual(
      [1, 0, Math.fround(0.2)].map((value) => expect.closeTo(value, 6) as number),
    );
    const source = await openCalibration(path.join(folder, 'red.png'), input, imageNetPreparation);
    for await (const normalized of source.samples())
      expect(normalized[0]).toBeCloseTo((1 - 0.485) / 0.229, 5);
  });

  test('from grey images, images with transparency and large images are three channels too', async () => {
    put(
      'grey.jpg',
      await sharp({ create: { width: 300, height: 200, channels: 3, background: '#808080' } })
        .greyscale()
        .jpeg()
        .toBuffer(),
    );
    put(
      'clear.png',
      await sharp({
        create: { width: 9, height: 9, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
      })
        .png()
        .toBuffer(),
    );
    const [clear, grey] = await samplesAt(folder);
    expect(clear?.every((value) => value === 1)).toBe(true);
    expect(grey?.every((value) => Math.abs(value - 128 / 255) < 0.01)).toBe(true);
  });

  test.each<readonly [string, () => string, string]>([
    [
      'an empty folder',
      () => folder,
      'the folder has no files; expected .npy, .npz, raw float32 (.raw, .bin) or images (.jpg, .png)',
    ],
    [
      'a folder of other files',
      () => path.dirname(put('notes.txt', Buffer.from('x'))),
      'nothing in it can be used for calibration',
    ],
    ['a missing folder', () => path.join(folder, 'missing'), 'cannot be read (ENOENT)'],
    [
      'an array of another shape',
      () => put('a.npy', npyFile(ramp(12), { descr: '<f4', shape: [3, 2, 2] })),
      "has shape 3x2x2; expected 1x3x4x4 (input 'image'), or a batch",
    ],
    [
      'an array that is cut',
      () =>
        put(
          'a.npy',
          npyFile(ramp(elements), { descr: '<f4', shape: [1, 3, 4, 4] }).subarray(0, 200),
        ),
      'bytes of values; its shape 1x3x4x4 needs 192',
    ],
    [
      'no samples at all',
      () => put('a.npy', npyFile(ramp(0), { descr: '<f4', shape: [0, 3, 4, 4] })),
      'holds no samples',
    ],
    [
      'raw values that do not divide',
      () => put('a.bin', new Uint8Array(190)),
      'has 190 bytes; expected raw float32 samples of 192 bytes each',
    ],
    [
      'a broken archive',
      () => put('a.npz', Buffer.from('PK nonsense')),
      'is no usable .npz archive',
    ],
    [
      'an archive without arrays',
      () => put('a.npz', zipSync({ 'a.txt': Buffer.from('x') })),
      'has no arrays',
    ],
    [
      'a file that is no image',
      () => put('a.jpg', Buffer.from('no image')),
      'cannot be read as an image',
    ],
  ])('of %s are refused with one line', async (_, location, expected) => {
    const refusal = await samplesAt(location()).then(
      () => new Error('accepted'),
      (error: unknown) => error as Error,
    );
    expect(refusal).toBeInstanceOf(BadInputError);
    expect(refusal.message).toContain(expected);
    expect(refusal.message).not.toMatch(/\n/);
  });

  test('from an image that is cut or tiny are refused with one line', async () => {
    const whole = await sharp({
      create: {
        width: 64,
        height: 64,
        channels: 3,
        background: '#123456',
        noise: { type: 'gaussian', mean: 128, sigma: 30 },
      },
    })
      .png()
      .toBuffer();
    put('cut.png', whole.subarray(0, whole.length / 2));
    await expect(samplesAt(folder)).rejects.toThrow('cannot be read as an image');
    rmSync(path.join(folder, 'cut.png'));
    put(
      'tiny.png',
      await sharp({ create: { width: 2, height: 2, channels: 3, background: '#123456' } })
        .png()
        .toBuffer(),
    );
    await expect(samplesAt(folder)).rejects.toThrow(
      'has 2x2 pixels; expected an image of at least 8x8',
    );
  });

  test('from images need an input of three channels', async () => {
    put('a.png', Buffer.from('x'));
    await expect(
      openCalibration(folder, { name: 'tokens', shape: [1, 128] }, plain),
    ).rejects.toThrow(
      "calibration with images needs an input of shape 1x3xHxW; 'tokens' has 1x128",
    );
  });

  test('of a damaged archive are samples or one line', async () => {
    const good = zipSync({
      'image.npy': npyFile(ramp(elements), { descr: '<f4', shape: [1, 3, 4, 4] }),
    });
    mkdirSync(path.join(folder, 'fuzz'));
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, byte) => {
        const damaged = Uint8Array.from(good);
        damaged[at] = byte;
        await samplesAt(put('fuzz/a.npz', damaged)).catch((error: unknown) =>
          expect(error).toBeInstanceOf(BadInputError),
        );
      }),
      { numRuns: 200 },
    );
  });
});
