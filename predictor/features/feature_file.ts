import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { elementCount } from '../../model/onnx/graph';
import type { BatchValues } from '../engine/engine';

const bytesEach = 4;

/** What stands beside the values, and is written after them: where it is, they are whole. */
const summarySchema = z.object({
  count: z.int().nonnegative(),
  sampleShape: z.array(z.int().positive()),
  variance: z.array(z.number().nonnegative()),
  /** BatchValues on disk: none where they do not fit and only the summary is kept. */
  bytes: z.int().nonnegative(),
});

export type FeatureSummary = z.infer<typeof summarySchema>;

export function summaryPathOf(path: string): string {
  return `${path}.json`;
}

/** Undefined where there is none that can be read. */
export function readSummary(path: string): FeatureSummary | undefined {
  try {
    return summarySchema.parse(JSON.parse(readFileSync(summaryPathOf(path), 'utf8')));
  } catch {
    return undefined;
  }
}

export async function writeSummary(path: string, summary: FeatureSummary): Promise<void> {
  const partial = partialOf(summaryPathOf(path));
  const file = await open(partial, 'w');
  try {
    await file.writeFile(JSON.stringify(summary));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, summaryPathOf(path));
}

/** Samples one after the other as float32, each of `sampleShape`; batch by batch onto the disk. */
export class FeatureWriter {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  static async open(path: string): Promise<FeatureWriter> {
    return new FeatureWriter(path, await open(partialOf(path), 'w'));
  }

  async add({ data }: BatchValues): Promise<void> {
    await this.file.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  /** The file has its name only when it is whole. */
  async finish(): Promise<void> {
    await this.file.sync();
    await this.file.close();
    await rename(partialOf(this.path), this.path);
  }

  async discard(): Promise<void> {
    await this.file.close();
  }
}

/** Each process has its own, so that two that compute the same do no harm. */
function partialOf(path: string): string {
  return `${path}.${process.pid}.part`;
}

interface FeatureFile {
  read(indices: readonly number[]): BatchValues;
  close(): void;
}

/** Random access. The file may be removed by others meanwhile: what is open stays readable. Undefined where it is not there, or cut short. */
export async function openFeatureFile(
  path: string,
  { sampleShape, bytes }: FeatureSummary,
): Promise<FeatureFile | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (bytes === 0 || found?.size !== bytes) return undefined;
  const file = openSync(path, 'r');
  const each = elementCount(sampleShape);
  return {
    read: (indices) => {
      const data = new Float32Array(indices.length * each);
      const view = new Uint8Array(data.buffer);
      const size = each * bytesEach;
      indices.forEach((index, place) => {
        if (readSync(file, view, place * size, size, index * size) !== size)
          throw new Error(`${path} has no sample ${index}`);
      });
      return { data, shape: [indices.length, ...sampleShape] };
    },
    close: () => closeSync(file),
  };
}
