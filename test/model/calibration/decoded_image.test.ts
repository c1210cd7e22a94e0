import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { BadInputError } from '../../../common/bad_input';
import { decodeImage, decodeMask, fitPixels } from '../../../model/calibration/decoded_image';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'decoded-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function put(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

/** Red above, blue below. */
const twoColours = Uint8Array.from({ length: 16 * 8 * 3 }, (_, index) =>
  index < 8 * 8 * 3 ? [255, 0, 0][index % 3]! : [0, 0, 255][index % 3]!,
);
const raw = { raw: { width: 8, height: 16, channels: 3 } } as const;

describe('a decoded image', () => {
  test('is turned as the camera says', async () => {
    const upright = put('upright.png', await sharp(twoColours, raw).png().toBuffer());
    const lying = put(
      'lying.jpg',
      await sharp(twoColours, raw)
        .withMetadata({ orientation: 3 })
        .jpeg({ quality: 100 })
        .toBuffer(),
    );
    const form = { size: [16, 8], cropShare: 1 } as const;
    const top = async (file: string) => [...(await decodeImage(file, form)).subarray(0, 3)];
    expect(await top(upright)).toEqual([255, 0, 0]);
    const [red = 255, , blue = 0] = await top(lying);
    expect(blue).toBeGreaterThan(200);
    expect(red).toBeLessThan(50);
  });

  test('of any odd size is of the size asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 8, max: 70 }),
        fc.integer({ min: 8, max: 70 }),
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0.3, max: 1, noNaN: true }),
        async (width, height, side, cropShare) => {
          const file = put(
            'odd.png',
            await sharp({ create: { width, height, channels: 3, background: '#804020' } })
              .png()
              .toBuffer(),
          );
          const pixels = await decodeImage(file, { size: [side, side + 1], cropShare });
          expect(pixels).toHaveLength(side * (side + 1) * 3);
          expect([...pixels.subarray(0, 3)]).toEqual([0x80, 0x40, 0x20]);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('is what the same pixels in memory become', async () => {
    const form = { size: [6, 6], cropShare: 0.75 } as const;
    const file = put('same.png', await sharp(twoColours, raw).png().toBuffer());
    const fitted = await fitPixels(twoColours, { height: 16, width: 8, channels: 3 }, form);
    expect(Buffer.compare(fitted, await decodeImage(file, form))).toBe(0);
  });

  test('that is damaged is named in one line, wherever the damage is', async () => {
    const noise = Uint8Array.from({ length: 24 * 24 * 3 }, (_, index) => (index * 7919) % 256);
    const whole = await sharp(noise, { raw: { width: 24, height: 24, channels: 3 } })
      .jpeg()
      .toBuffer();
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 3), async (length) => {
        const file = put('cut.jpg', whole.subarray(0, length));
        const problem = await decodeImage(file, { size: [8, 8], cropShare: 1 }).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(problem).toBeInstanceOf(BadInputError);
        expect((problem as Error).message).toContain(file);
        expect((problem as Error).message).not.toContain('\n');
      }),
      { numRuns: 40 },
    );
  });
});

describe('a decoded mask', () => {
  test('has no value that the file has not', async () => {
    const values = Uint8Array.from({ length: 20 * 20 }, (_, index) => [0, 7, 200][index % 3]!);
    const file = put(
      'mask.png',
      await sharp(values, { raw: { width: 20, height: 20, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toBuffer(),
    );
    const mask = await decodeMask(file, { size: [9, 13], cropShare: 0.9 });
    expect(mask).toHaveLength(9 * 13);
    expect([...new Set(mask)].sort((one, other) => one - other)).toEqual([0, 7, 200]);
    const same = await decodeMask(file, { size: [20, 20], cropShare: 1 });
    expect(Buffer.compare(same, values)).toBe(0);
  });

  test('in colours is refused', async () => {
    const file = put('colours.png', await sharp(twoColours, raw).png().toBuffer());
    await expect(decodeMask(file, { size: [8, 8], cropShare: 1 })).rejects.toThrow(
      'has 3 channels of uchar; expected a grey image of 8 bits',
    );
  });
});
