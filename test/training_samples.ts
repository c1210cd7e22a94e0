import type { Reference } from '../common/training/reference';
import type { BlockTask } from '../common/training/training_task';

export const aReference: Reference = {
  name: 'tiny',
  model: 'a'.repeat(64),
  cuts: ['first', 'second'],
  task: { kind: 'classification', classes: 10 },
  sample: {
    size: [32, 32],
    cropShare: 1,
    channelOrder: 'rgb',
    scale: 'unit',
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
  },
  data: { kind: 'generated', seed: 1, train: 64, validation: 32 },
};

/** Tasks of different seeds are different tasks. */
export function aBlockTask(seed: number): BlockTask {
  return {
    kind: 'block',
    reference: aReference,
    block: 0,
    spec: {
      kind: 'conv',
      inputChannels: 8,
      outputChannels: 8,
      stride: 1,
      kernel: 3,
      expansion: 2,
      depth: 1,
      width: 1,
      cell: 'depthwise',
      activation: 'relu6',
      attention: 'none',
      rectifiedInput: false,
    },
    recipe: {
      epochs: 1,
      batch: 16,
      optimizer: 'adam',
      learningRate: 0.01,
      weightDecay: 0,
      schedule: 'cosine',
      warmupShare: 0,
      clipNorm: null,
      augmentation: 'none',
      seed,
    },
  };
}
