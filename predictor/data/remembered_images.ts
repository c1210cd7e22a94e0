import type { ImageBatch, LabelledImages } from './labelled_images';

/** Above it images are read anew each time. */
const mostRememberedBytes = 512 * 1024 * 1024;

/** Keeps what was read, where all of it fits: the second epoch draws and decodes nothing. */
export function rememberedImages(images: LabelledImages): LabelledImages {
  const [height, width] = images.size;
  const each = height * width * 3;
  if (images.count * each > mostRememberedBytes) return images;
  const pixels = new Uint8Array(images.count * each);
  const labels = new Map<number, Int32Array>();
  return {
    ...images,
    read: async (indices) => {
      const missing = [...new Set(indices)].filter((index) => !labels.has(index));
      if (missing.length > 0) {
        const read = await images.read(missing);
        const labelsEach = read.labels.length / missing.length;
        missing.forEach((index, place) => {
          pixels.set(read.pixels.subarray(place * each, (place + 1) * each), index * each);
          labels.set(index, read.labels.slice(place * labelsEach, (place + 1) * labelsEach));
        });
      }
      return gathered(indices, { pixels, labels, each });
    },
  };
}

function gathered(
  indices: readonly number[],
  kept: {
    readonly pixels: Uint8Array;
    readonly labels: ReadonlyMap<number, Int32Array>;
    readonly each: number;
  },
): ImageBatch {
  const { each } = kept;
  const pixels = new Uint8Array(indices.length * each);
  const labelsEach = kept.labels.get(indices[0] ?? 0)?.length ?? 1;
  const labels = new Int32Array(indices.length * labelsEach);
  indices.forEach((index, place) => {
    pixels.set(kept.pixels.subarray(index * each, (index + 1) * each), place * each);
    labels.set(kept.labels.get(index) ?? [], place * labelsEach);
  });
  return { pixels, labels };
}
