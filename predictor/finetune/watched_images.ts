import type { NetworkTask } from '../../common/training/training_task';
import type { LabelledData, LabelledImages } from '../data/labelled_images';

/** Images that tell when a training no longer gets better, and how many of those to train on are left. */
export interface WatchedImages {
  readonly images: LabelledImages;
  readonly from: number;
  readonly count: number;
  readonly trainCount: number;
}

const mostWatched = 1_000;
/** With fewer, an epoch's accuracy is an accident. */
const leastWatched = 100;
/** Of the training images, where no others are left. */
const heldOutShare = 0.1;

/**
 * Never those on which the final accuracy is measured: whoever stops at the best epoch of a set has chosen by it. Validation images that are not measured on, else the
 * last of the training images, which are not trained on then. Undefined for a task that does not stop early.
 */
export function watchedImages(
  { recipe, evaluationOffset, evaluationImages }: NetworkTask,
  { train, validation }: Pick<LabelledData, 'train' | 'validation'>,
): WatchedImages | undefined {
  if (recipe.patienceEpochs === null) return undefined;
  const measuredFrom = Math.min(evaluationOffset, validation.count);
  const measuredTo = Math.min(measuredFrom + evaluationImages, validation.count);
  const behind = validation.count - measuredTo;
  const count = Math.min(mostWatched, Math.max(behind, measuredFrom));
  if (count >= leastWatched)
    return {
      images: validation,
      from: behind >= measuredFrom ? validation.count - count : measuredFrom - count,
      count,
      trainCount: train.count,
    };
  const heldOut = Math.min(mostWatched, Math.max(1, Math.floor(train.count * heldOutShare)));
  return {
    images: train,
    from: train.count - heldOut,
    count: heldOut,
    trainCount: train.count - heldOut,
  };
}

/** The first so many. */
export function firstOf(images: LabelledImages, count: number): LabelledImages {
  return { ...images, count, read: (indices) => images.read(indices) };
}
