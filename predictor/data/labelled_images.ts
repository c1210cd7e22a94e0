/** Some images with their labels. */
export interface ImageBatch {
  /** Red, green, blue of each pixel, row by row, image by image. */
  readonly pixels: Uint8Array;
  /** One for each image, or one for each pixel of each where the task is segmentation; -1 for a pixel of no class. */
  readonly labels: Int32Array;
}

/** Labelled images of one size, read in any order; nothing is kept of what was read but what the source says. */
export interface LabelledImages {
  readonly count: number;
  readonly classes: number;
  /** Height and width. */
  readonly size: readonly [number, number];
  read(indices: readonly number[]): Promise<ImageBatch>;
}

export interface LabelledData {
  readonly train: LabelledImages;
  readonly validation: LabelledImages;
  /** In the order of their numbers. */
  readonly classNames: readonly string[];
}

/** All images of some batches, in their order. */
export function joinedBatch(batches: readonly ImageBatch[]): ImageBatch {
  const pixels = new Uint8Array(batches.reduce((sum, batch) => sum + batch.pixels.length, 0));
  const labels = new Int32Array(batches.reduce((sum, batch) => sum + batch.labels.length, 0));
  let [pixelsAt, labelsAt] = [0, 0];
  for (const batch of batches) {
    pixels.set(batch.pixels, pixelsAt);
    labels.set(batch.labels, labelsAt);
    pixelsAt += batch.pixels.length;
    labelsAt += batch.labels.length;
  }
  return { pixels, labels };
}
