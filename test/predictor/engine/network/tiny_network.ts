import type { ConvLayer, Layer } from '../../../../model/block/layer';
import type { NetworkPart } from '../../../../predictor/engine/engine';

type LayersPart = Extract<NetworkPart, { kind: 'layers' }>;

/** Convolution, normalization and rectifier, mean and classes: of images 4x4 of 2 channels, as two parts. */
export const tinyParts: readonly [LayersPart, LayersPart] = [
  part('body', [1, 2, 4, 4], [conv('conv', 'input', 6, 1), normOf('conv'), reluOf('conv.norm')]),
  part(
    'head',
    [1, 6, 4, 4],
    [
      { kind: 'globalPool', name: 'pool', input: 'input' },
      { kind: 'flatten', name: 'flat', input: 'pool' },
      { kind: 'dense', name: 'logits', input: 'flat', channels: 3, gain: 1 },
    ],
  ),
];

export function part(
  name: string,
  inputShape: readonly number[],
  layers: readonly Layer[],
): LayersPart {
  const output = layers.at(-1)?.name ?? 'input';
  return { kind: 'layers', name, layers, output, inputShape, weights: undefined, seed: 5 };
}

function conv(name: string, input: string, channels: number, groups: number): ConvLayer {
  return {
    kind: 'conv',
    name,
    input,
    channels,
    kernel: 3,
    stride: 1,
    padding: 1,
    groups,
    bias: false,
    gain: 1,
  };
}

function normOf(layer: string): Layer {
  return { kind: 'batchNorm', name: `${layer}.norm`, input: layer, gain: 1 };
}

function reluOf(input: string): Layer {
  return { kind: 'activation', name: `${input}.act`, input, function: 'relu' };
}
