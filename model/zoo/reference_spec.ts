import type { ConvBlockSpec, TransformerBlockSpec } from '../../common/block_spec';
import { makeDivisible } from '../block/make_divisible';
import type { NetworkSpec } from '../block/network_spec';

export const referenceNames = [
  'mobilenetv2',
  'efficientnet-b0',
  'efficientnet-lite0',
  'resnet50',
  'deit-tiny',
] as const;
export type ReferenceName = (typeof referenceNames)[number];

export interface ReferenceShape {
  readonly imageSize: readonly [number, number];
  readonly classes: number;
  /** Of MobileNetV2. */
  readonly widthMultiplier: number;
}

export const imageNetShape: ReferenceShape = {
  imageSize: [224, 224],
  classes: 1000,
  widthMultiplier: 1,
};

/** A well-known network as stem, blocks and head. */
export function referenceSpec(name: ReferenceName, shape: ReferenceShape): NetworkSpec {
  const common = { name, imageSize: shape.imageSize, classes: shape.classes };
  switch (name) {
    case 'mobilenetv2':
      return { ...common, ...mobileNetV2(shape.widthMultiplier) };
    case 'efficientnet-b0':
      return { ...common, ...efficientNet({ activation: 'swish', attention: 'se' }) };
    case 'efficientnet-lite0':
      return { ...common, ...efficientNet({ activation: 'relu6', attention: 'none' }) };
    case 'resnet50':
      return { ...common, ...resNet50 };
    case 'deit-tiny':
      return { ...common, ...deitTiny };
  }
}

type Body = Pick<NetworkSpec, 'stem' | 'blocks' | 'head'>;

interface StageRow {
  readonly expansion: number;
  readonly channels: number;
  readonly depth: number;
  readonly stride: 1 | 2;
  readonly kernel: number;
}

/** Sandler et al., https://arxiv.org/abs/1801.04381, table 2; rounded as in torchvision/models/mobilenetv2.py. */
function mobileNetV2(width: number): Body {
  const channels = (base: number): number => makeDivisible(base * width, 8);
  const table = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const;
  const stages = table.map(([expansion, base, depth, stride]): StageRow => ({
    expansion,
    channels: channels(base),
    depth,
    stride,
    kernel: 3,
  }));
  return {
    stem: { kind: 'conv', channels: channels(32), activation: 'relu6' },
    blocks: invertedResiduals(channels(32), stages, { activation: 'relu6', attention: 'none' }),
    head: {
      kind: 'conv',
      channels: makeDivisible(1280 * Math.max(1, width), 8),
      activation: 'relu6',
    },
  };
}

/**
 * Tan and Le, https://arxiv.org/abs/1905.11946, table 1, with symmetric padding as in torchvision. Lite0: ReLU6, no
 * squeeze-and-excitation, https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
 */
function efficientNet(variant: Pick<ConvBlockSpec, 'activation' | 'attention'>): Body {
  const table = [
    [1, 16, 1, 1, 3],
    [6, 24, 2, 2, 3],
    [6, 40, 2, 2, 5],
    [6, 80, 3, 2, 3],
    [6, 112, 3, 1, 5],
    [6, 192, 4, 2, 5],
    [6, 320, 1, 1, 3],
  ] as const;
  const stages = table.map(([expansion, channels, depth, stride, kernel]): StageRow => ({
    expansion,
    channels,
    depth,
    stride,
    kernel,
  }));
  return {
    stem: { kind: 'conv', channels: 32, activation: variant.activation },
    blocks: invertedResiduals(32, stages, variant),
    head: { kind: 'conv', channels: 1280, activation: variant.activation },
  };
}

function invertedResiduals(
  stemChannels: number,
  stages: readonly StageRow[],
  variant: Pick<ConvBlockSpec, 'activation' | 'attention'>,
): readonly ConvBlockSpec[] {
  return stages.map(({ expansion, channels, depth, stride, kernel }, index) => ({
    kind: 'conv',
    cell: 'depthwise',
    width: 1,
    ...variant,
    inputChannels: stages[index - 1]?.channels ?? stemChannels,
    outputChannels: channels,
    stride,
    kernel,
    expansion,
    depth,
    rectifiedInput: index === 0,
  }));
}

/** He et al., https://arxiv.org/abs/1512.03385, table 1, with the stride in the 3x3 convolution as in torchvision (v1.5). */
const resNet50: Body = {
  stem: { kind: 'resnet', channels: 64, activation: 'relu' },
  blocks: (
    [
      [256, 3, 1],
      [512, 4, 2],
      [1024, 6, 2],
      [2048, 3, 2],
    ] as const
  ).map(([outputChannels, depth, stride], index): ConvBlockSpec => ({
    kind: 'conv',
    cell: 'bottleneck',
    width: 1,
    activation: 'relu',
    attention: 'none',
    kernel: 3,
    expansion: 4,
    inputChannels: index === 0 ? 64 : outputChannels / 2,
    outputChannels,
    stride,
    depth,
    rectifiedInput: true,
  })),
  head: { kind: 'pool' },
};

/** Touvron et al., https://arxiv.org/abs/2012.12877, table 1: ViT with 16x16 patches and width 192; here four blocks of three layers. */
const deitTiny: Body = {
  stem: { kind: 'patch', channels: 192, size: 16 },
  blocks: Array.from({ length: 4 }, (): TransformerBlockSpec => ({
    kind: 'transformer',
    tokenWidth: 192,
    embedding: 192,
    depth: 3,
    heads: 3,
    mlpRatio: 4,
  })),
  head: { kind: 'token' },
};
