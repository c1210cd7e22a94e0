import type { ImageBatch, LabelledImages } from './labelled_images';

/** Of a set; above it images are read anew each time. */
const mostRememberedBytes = 384 * 1024 * 1024;

/** Keeps what was read, where all of it fits: the second epoch draws and decodes nothing. */
export function rememberedImages(
  images: LabelledImages,
  {
    labelsEach,
    largestBytes = mostRememberedBytes,
  }: { readonly labelsEach: number; readonly largestBytes?: number },
): LabelledImages {
  const [height, width] = images.size;
  const pixelsEach = height * width * 3;
  if (images.count * (pixelsEach + 4 * labelsEach) > largestBytes) return images;
  const pixels = new Uint8Array(images.count * pixelsEach);
  const labels = new Int32Array(images.count * labelsEach);
  const known = new Uint8Array(images.count);
  const keep = (missing: readonly number[], read: ImageBatch): void =>
    missing.forEach((index, place) => {
      pixels.set(part(read.pixels, place, pixelsEach), index * pixelsEach);
      labels.set(part(read.labels, place, labelsEach), index * labelsEach);
      known[index] = 1;
    });
  return {
    ...images,
    read: async (indices) => {
      const missing = [...new Set(indices)].filter((index) => known[index] !== 1);
      if (missing.length > 0) keep(missing, await images.read(missing));
      const batch = {
        pixels: new Uint8Array(indices.length * pixelsEach),
        labels: new Int32Array(indices.length * labelsEach),
      };
      indices.forEach((index, place) => {
        batch.pixels.set(part(pixels, index, pixelsEach), place * pixelsEach);
        batch.labels.set(part(labels, index, labelsEach), place * labelsEach);
      });
      return batch;
    },
  };
}

function part<Numbers extends Uint8Array | Int32Array>(
  numbers: Numbers,
  index: number,
  each: number,
): Numbers {
  return numbers.subarray(index * each, (index + 1) * each) as Numbers;
}
