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
  run: (input: BatchValues, indices: readonly number[]) => BatchValues | Promise<BatchValues>,
  { images, normalize, from, count }: EvaluatedImages,
  task: Task,
): Promise<number> {
  const meter = createMeter(task);
  const [height, width] = images.size;
  for (let at = from; at < from + count; at += samplesAtOnce) {
    const some = Math.min(samplesAtOnce, from + count - at);
    const indices = Array.from({ length: some }, (_, index) => at + index);
    const { pixels, labels } = await images.read(indices);
    const input = { data: normalize(pixels), shape: [some, height, width, 3] };
    const logits = await run(input, indices);
    meter.add(logits.data, labels);
  }
  return meter.percent();
}
