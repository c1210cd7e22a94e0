import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { Task } from '../../../common/training/reference';
import type { SampleForm } from '../../../common/training/sample_form';
import type { LabelledImages } from '../../../predictor/data/labelled_images';

/** A folder of its own for the files of a test. */
export interface DataLab {
  readonly root: string;
  put(name: string, bytes: Uint8Array): string;
  remove(): void;
}

export function createDataLab(): DataLab {
  const root = mkdtempSync(path.join(tmpdir(), 'data-'));
  return {
    root,
    put: (name, bytes) => {
      const file = path.join(root, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, bytes);
      return file;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

export const smallForm: SampleForm = {
  size: [8, 8],
  cropShare: 1,
  channelOrder: 'rgb',
  scale: 'unit',
  mean: [0, 0, 0],
  std: [1, 1, 1],
};

export function classesOf(classes: number): Task {
  return { kind: 'classification', classes };
}

/** One colour all over; lossless. */
export function plainImage(
  [r, g, b]: readonly [number, number, number],
  { width = 8, height = 8 }: { readonly width?: number; readonly height?: number } = {},
): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
}

export function greyImage(values: Uint8Array, width: number): Promise<Buffer> {
  return sharp(values, { raw: { width, height: values.length / width, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

/** Of each image the first pixel's red and its label, in order. */
export async function contentOf(images: LabelledImages): Promise<readonly (readonly number[])[]> {
  const indices = Array.from({ length: images.count }, (_, index) => index);
  const { pixels, labels } = await images.read(indices);
  const each = pixels.length / Math.max(1, images.count);
  return indices
    .map((index) => [pixels[index * each] ?? -1, labels[index] ?? -1])
    .sort(([one = 0], [other = 0]) => one - other);
}
