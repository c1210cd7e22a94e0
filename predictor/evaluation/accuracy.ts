import type { Task } from '../../common/training/reference';
import type { LabelledImages } from '../data/labelled_images';
import { createMeter } from '../data/metrics';
import type { BatchValues } from '../engine/engine';

/** Which images of a set are measured on. */
export interface EvaluatedImages {
  readonly images: LabelledImages;
  readonly normalize: (pixels: Uint8Array) => Float32Array;
  readonly from: number;
  readonly count: number;
}

const samplesAtOnce = 128;

/** How well a network does on the images, in percent by the task's metric. */
export async function accuracyOf(
  run: (input: BatchValues) => BatchValues | Promise<BatchValues>,
  { images, normalize, from, count }: EvaluatedImages,
  task: Task,
): Promise<number> {
  const meter = createMeter(task);
  const [height, width] = images.size;
  for (let at = from; at < from + count; at += samplesAtOnce) {
    const some = Math.min(samplesAtOnce, from + count - at);
    const { pixels, labels } = await images.read(
      Array.from({ length: some }, (_, index) => at + index),
    );
    const logits = await run({ data: normalize(pixels), shape: [some, height, width, 3] });
    meter.add(logits.data, labels);
  }
  return meter.percent();
}
