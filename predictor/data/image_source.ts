import type { Result } from '../../common/result';
import type { ImageBatch } from './labelled_images';

/** Labelled images that are decoded one by one. */
export interface ImageSource {
  readonly count: number;
  /**
   * One image with its label or the labels of its pixels; else why it cannot be read, in a line that names its file.
   * @throws BadInputError where more is wrong than this image, as labels that the head does not have
   */
  load(index: number): Promise<Result<ImageBatch, string>>;
}

/** A data set as its files give it, in an order of which any beginning is a fair part of the whole. */
export interface OpenedData {
  readonly train: ImageSource;
  readonly validation: ImageSource;
  /** In the order of their numbers. */
  readonly classNames: readonly string[];
}

/** The images of these numbers, in this order. */
export function pickedImages(source: ImageSource, indices: readonly number[]): ImageSource {
  return { count: indices.length, load: (index) => source.load(indices[index] ?? 0) };
}
