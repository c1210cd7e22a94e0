import type { TrainableNetwork, BatchValues } from '../engine/engine';

interface TrainingInputs {
  readonly data: { readonly train: { readonly count: number } };
  readonly inputsOf: (split: 'train', indices: readonly number[]) => Promise<BatchValues>;
}

/** So many images tell the statistics well enough. */
const statisticsImages = 1_500;
const imagesAtOnce = 100;

/** Behind other blocks a block meets features that are not the teacher's: what its normalizations saw when it was trained is not what they see now. */
export async function reestimateOn(
  network: TrainableNetwork,
  { data, inputsOf }: TrainingInputs,
): Promise<void> {
  const inputs: BatchValues[] = [];
  const count = Math.min(statisticsImages, data.train.count);
  for (let from = 0; from < count; from += imagesAtOnce) {
    const length = Math.min(imagesAtOnce, count - from);
    inputs.push(
      await inputsOf(
        'train',
        Array.from({ length }, (_, index) => from + index),
      ),
    );
  }
  network.reestimateStatistics(inputs);
}
