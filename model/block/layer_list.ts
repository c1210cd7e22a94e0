import { assert } from '../../common/assert';
import { type Activation } from '../../common/activation';
import { segmentInput, type ConvLayer, type Layer } from './layer';

type ConvSettings = Pick<ConvLayer, 'channels' | 'kernel'> &
  Partial<Pick<ConvLayer, 'stride' | 'groups' | 'gain'>>;

/** Grows a list of layers; each method returns the name of what it made. */
export interface LayerList {
  readonly layers: readonly Layer[];
  /** The name of the newest layer's output. */
  readonly last: () => string;
  readonly push: (layer: Layer) => string;
  /** Convolution without bias and its batch normalization, padded to keep the image's size at stride 1. */
  readonly convNorm: (name: string, input: string, settings: ConvSettings) => string;
  readonly activate: (name: string, input: string, activation: Activation) => string;
  readonly dense: (
    name: string,
    input: string,
    settings: { readonly channels: number; readonly gain?: number },
  ) => string;
}

export function createLayerList(): LayerList {
  const layers: Layer[] = [];
  const push = (layer: Layer): string => {
    layers.push(layer);
    return layer.name;
  };
  return {
    layers,
    last: () => layers.at(-1)?.name ?? segmentInput,
    push,
    convNorm: (name, input, { channels, kernel, stride = 1, groups = 1, gain = 1 }) => {
      assert(kernel % 2 === 1, 'a kernel has a middle');
      push({
        kind: 'conv',
        name,
        input,
        channels,
        kernel,
        stride,
        padding: (kernel - 1) / 2,
        groups,
        bias: false,
        gain: 1,
      });
      return push({ kind: 'batchNorm', name: `${name}.norm`, input: name, gain });
    },
    activate: (name, input, activation) =>
      push({ kind: 'activation', name, input, function: activation }),
    dense: (name, input, { channels, gain = 1 }) =>
      push({ kind: 'dense', name, input, channels, gain }),
  };
}
