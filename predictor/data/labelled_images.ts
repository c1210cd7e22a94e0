/** Some images with their labels. */
export interface ImageBatch {
  /** Red, green, blue of each pixel, row by row, image by image. */
  readonly pixels: Uint8Array;
  /** One for each image, or one for each pixel of each where the task is segmentation. */
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
}
