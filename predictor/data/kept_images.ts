import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { systemErrorCode } from '../../platform/files/system_error';
import { joinedBatch, type ImageBatch, type LabelledImages } from './labelled_images';

/** A file of decoded images, shared by all processes of the machine that read the same set. */
interface ImageKeep {
  readonly file: string;
  /** Images that do not fit are decoded each time. */
  readonly largestBytes: number;
  readonly labelsEach: number;
  readonly note: (line: string) => void;
}

/**
 * Keeps decoded images in a file, so that they are decoded once and not in every epoch. Each has a place of its own with a checksum over it: whoever is killed
 * while writing leaves a place that counts as empty, and two who write the same place write the same bytes. A full disk costs time, not the work.
 */
export function keptImages(images: LabelledImages, keep: ImageKeep): LabelledImages {
  const [height, width] = images.size;
  const pixelBytes = height * width * 3;
  const labelsAt = wholeWords(pixelBytes);
  const recordBytes = checksumBytes + labelsAt + wordBytes * keep.labelsEach;
  const kept = Math.floor(keep.largestBytes / recordBytes);
  let mayWrite = true;
  const record: RecordForm = { recordBytes, pixelBytes, labelsAt };
  return {
    ...images,
    read: async (indices) => {
      const found = await readRecords(
        keep.file,
        indices.filter((index) => index < kept),
        record,
      );
      const missing = indices.filter((index) => !found.has(index));
      if (missing.length > 0) {
        const { pixels, labels } = await images.read(missing);
        missing.forEach((index, place) =>
          found.set(index, {
            pixels: pixels.subarray(place * pixelBytes, (place + 1) * pixelBytes),
            labels: labels.subarray(place * keep.labelsEach, (place + 1) * keep.labelsEach),
          }),
        );
        const fitting = missing.filter((index) => index < kept);
        if (mayWrite && fitting.length > 0)
          try {
            await writeRecords(keep.file, found, { indices: fitting, record });
          } catch (error) {
            mayWrite = false;
            keep.note(
              `${path.dirname(keep.file)}: decoded images cannot be kept there (${systemErrorCode(error)}), so they are decoded in each epoch; make room`,
            );
          }
      }
      return joinedBatch(indices.flatMap((index) => found.get(index) ?? []));
    },
  };
}

interface RecordForm {
  readonly recordBytes: number;
  readonly pixelBytes: number;
  /** In the content behind the checksum. */
  readonly labelsAt: number;
}

const wordBytes = 4;
const checksumBytes = wordBytes;

function wholeWords(bytes: number): number {
  return Math.ceil(bytes / wordBytes) * wordBytes;
}

async function readRecords(
  file: string,
  indices: readonly number[],
  { recordBytes, pixelBytes, labelsAt }: RecordForm,
): Promise<Map<number, ImageBatch>> {
  const found = new Map<number, ImageBatch>();
  const handle = await opened(file, constants.O_RDONLY);
  if (handle === undefined) return found;
  try {
    for (const index of new Set(indices)) {
      const bytes = new Uint8Array(recordBytes);
      const { bytesRead } = await handle.read(bytes, 0, recordBytes, index * recordBytes);
      const content = bytes.subarray(checksumBytes);
      const written = new DataView(bytes.buffer).getUint32(0, true);
      if (bytesRead !== recordBytes || written !== checksumOf(content)) continue;
      found.set(index, {
        pixels: content.slice(0, pixelBytes),
        labels: new Int32Array(content.slice(labelsAt).buffer),
      });
    }
  } finally {
    await handle.close();
  }
  return found;
}

async function opened(file: string, flags: number): Promise<FileHandle | undefined> {
  try {
    return await open(file, flags);
  } catch {
    return undefined;
  }
}

async function writeRecords(
  file: string,
  images: ReadonlyMap<number, ImageBatch>,
  { indices, record }: { readonly indices: readonly number[]; readonly record: RecordForm },
): Promise<void> {
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT);
  try {
    for (const index of indices) {
      const image = images.get(index);
      if (image === undefined) continue;
      const bytes = new Uint8Array(record.recordBytes);
      const content = bytes.subarray(checksumBytes);
      content.set(image.pixels);
      const { buffer, byteOffset, byteLength } = image.labels;
      content.set(new Uint8Array(buffer, byteOffset, byteLength), record.labelsAt);
      new DataView(bytes.buffer).setUint32(0, checksumOf(content), true);
      await handle.write(bytes, 0, bytes.length, index * record.recordBytes);
    }
  } finally {
    await handle.close();
  }
}

/** FNV-1a over words, each of which changes all bits behind it; never 0, which is what a hole in the file reads as. */
function checksumOf({ buffer, byteOffset, byteLength }: Uint8Array): number {
  const words = new Uint32Array(buffer, byteOffset, byteLength / wordBytes);
  let value = 2166136261;
  for (let index = 0; index < words.length; index += 1) {
    value = Math.imul(value ^ (words[index] ?? 0), 16777619);
    value ^= value >>> 15;
  }
  return (value | 1) >>> 0;
}
