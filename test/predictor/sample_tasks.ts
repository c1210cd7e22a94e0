import type { Reference } from '../../common/training/reference';
import type { BlockTask } from '../../common/training/training_task';

/** Small enough for a test. */
export const reference: Reference = {
  name: 'tiny',
  model: 'f'.repeat(64),
  cuts: ['a', 'b', 'c'],
  task: { kind: 'classification', classes: 4 },
  sample: {
    size: [16, 16],
    cropShare: 1,
    channelOrder: 'rgb',
    scale: 'unit',
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
  },
  data: { kind: 'generated', seed: 1, train: 64, validation: 32 },
};

export const blockTask: BlockTask = {
  kind: 'block',
  reference,
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
    activation: 'relu',
    attention: 'none',
    rectifiedInput: true,
  },
  recipe: {
    epochs: 2,
    batch: 16,
    optimizer: 'adam',
    learningRate: 0.005,
    weightDecay: 0,
    schedule: 'cosine',
    warmupShare: 0.1,
    clipNorm: 5,
    augmentation: 'none',
    seed: 1,
  },
};
