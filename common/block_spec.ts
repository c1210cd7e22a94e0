import type { Activation } from './activation';

/**
 * What carries a convolutional block: `depthwise` an inverted residual (MobileNetV2), `grouped` the same with groups of
 * 32 channels, `fused` one with a full convolution in place of expansion and depthwise (EfficientNetV2), `bottleneck`
 * the reverse of an inverted residual (ResNet).
 */
export const cells = ['depthwise', 'grouped', 'fused', 'bottleneck'] as const;
export type CellType = (typeof cells)[number];

export const attentions = ['none', 'se'] as const;
export type Attention = (typeof attentions)[number];

/** A stage of equal cells between two tensors of fixed channels. The first cell has the stride and changes the channels. */
export interface ConvBlockSpec {
  readonly kind: 'conv';
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly stride: 1 | 2;
  readonly kernel: number;
  /** Hidden channels over the cell's input channels; of a bottleneck, its output channels over the hidden ones. */
  readonly expansion: number;
  readonly depth: number;
  /** Further factor of the hidden channels. */
  readonly width: number;
  readonly cell: CellType;
  readonly activation: Activation;
  readonly attention: Attention;
  /** The input comes out of an activation (after a stem, or between bottlenecks): weights are drawn to fit it. */
  readonly rectifiedInput: boolean;
}

/** Encoder layers (norm, attention, norm, MLP) on tokens of `tokenWidth`; another `embedding` inside is projected to and fro. */
export interface TransformerBlockSpec {
  readonly kind: 'transformer';
  readonly tokenWidth: number;
  readonly embedding: number;
  readonly depth: number;
  /** Heads are 64 wide, whatever the embedding. */
  readonly heads: number;
  readonly mlpRatio: number;
}

/** One setting of one block, pure data. */
export type BlockSpec = ConvBlockSpec | TransformerBlockSpec;
