import type { Activation } from '../../common/activation';
import type { Layer } from './layer';
import { segmentInput } from './layer';
import { createLayerList, type LayerList } from './layer_list';

/** What stands before the first block. */
export type StemSpec =
  /** 3x3 convolution with stride 2. */
  | { readonly kind: 'conv'; readonly channels: number; readonly activation: Activation }
  /** 7x7 convolution and 3x3 max pool, each with stride 2. */
  | { readonly kind: 'resnet'; readonly channels: number; readonly activation: Activation }
  /** Square patches to tokens, a class token before them, a trained position added to each. */
  | { readonly kind: 'patch'; readonly channels: number; readonly size: number };

/** From the image, 1x3xHxW. */
export function stemLayers(stem: StemSpec): LayerList {
  const list = createLayerList();
  switch (stem.kind) {
    case 'conv':
      list.activate(
        'act',
        list.convNorm('conv', segmentInput, { channels: stem.channels, kernel: 3, stride: 2 }),
        stem.activation,
      );
      return list;
    case 'resnet': {
      const active = list.activate(
        'act',
        list.convNorm('conv', segmentInput, { channels: stem.channels, kernel: 7, stride: 2 }),
        stem.activation,
      );
      list.push({ kind: 'maxPool', name: 'pool', input: active, kernel: 3, stride: 2, padding: 1 });
      return list;
    }
    case 'patch': {
      const patches: Layer = {
        kind: 'conv',
        name: 'patches',
        input: segmentInput,
        channels: stem.channels,
        kernel: stem.size,
        stride: stem.size,
        padding: 0,
        groups: 1,
        bias: true,
        gain: 1,
      };
      const tokens = list.push({ kind: 'tokens', name: 'tokens', input: list.push(patches) });
      list.push({
        kind: 'positions',
        name: 'positions',
        input: list.push({ kind: 'classToken', name: 'class', input: tokens }),
      });
      return list;
    }
  }
}
