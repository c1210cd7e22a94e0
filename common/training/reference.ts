import type { ArtifactDigest } from '../artifact';
import type { SampleForm } from './sample_form';

/** What the network's head says: a class of the image, or one of each pixel (a mask). */
export interface Task {
  readonly kind: 'classification' | 'segmentation';
  readonly classes: number;
}

/** How well a task is done, in percent: the share of images whose class is named first, or the mean over classes of intersection over union. */
type TaskMetric = 'top1' | 'miou';

export function metricOf({ kind }: Task): TaskMetric {
  return kind === 'classification' ? 'top1' : 'miou';
}

/** Where labelled images come from. Files lie under the same path on every machine with predictor workers; `digest` is of the list of files, so that other ones are refused. */
export type DataSource =
  /** Shapes drawn from a seed; counts of images. */
  | {
      readonly kind: 'generated';
      readonly seed: number;
      readonly train: number;
      readonly validation: number;
    }
  /** One folder per class, below `train` and `val` or together, then a share of the images validates. */
  | FileSource<'folder'>
  | FileSource<'cifar10'>
  | FileSource<'cifar100'>
  /** `images` and `labels` in an .npz file, or two .npy files in a folder. */
  | FileSource<'arrays'>;

interface FileSource<Kind extends string> {
  readonly kind: Kind;
  readonly path: string;
  readonly digest: string;
  /** Used where the files do not say what validates. */
  readonly validationShare: number;
  readonly splitSeed: number;
}

/** A pretrained network with what is needed to train others in its place. Two of equal content are the same reference. */
export interface Reference {
  readonly name: string;
  /** The network in canonical form, as ONNX. */
  readonly model: ArtifactDigest;
  /** The tensors at which it is cut, from the end of the stem to the beginning of the head. */
  readonly cuts: readonly string[];
  readonly task: Task;
  readonly sample: SampleForm;
  readonly data: DataSource;
}
