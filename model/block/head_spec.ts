import { type Activation } from '../../common/activation';
import { segmentInput } from './layer';
import { createLayerList, type LayerList } from './layer_list';
import { layerNormEpsilon } from './transformer_block';

/** What stands behind the last block and ends in the classes' logits. */
export type HeadSpec =
  /** 1x1 convolution to `channels`, mean over the image, classifier. */
  | { readonly kind: 'conv'; readonly channels: number; readonly activation: Activation }
  /** Mean over the image, classifier. */
  | { readonly kind: 'pool' }
  /** Norm, the class token, classifier. */
  | { readonly kind: 'token' };

/** Standard deviation of the logits: classes differ as those of a trained network do. */
const logitGain = 2;

/** To 1 x classes. */
export function headLayers(head: HeadSpec, classes: number): LayerList {
  const list = createLayerList();
  list.dense('logits', addFeatures(list, head), { channels: classes, gain: logitGain });
  return list;
}

function addFeatures(list: LayerList, head: HeadSpec): string {
  switch (head.kind) {
    case 'conv': {
      const active = list.activate(
        'act',
        list.convNorm('conv', segmentInput, { channels: head.channels, kernel: 1 }),
        head.activation,
      );
      return addPool(list, active);
    }
    case 'pool':
      return addPool(list, segmentInput);
    case 'token': {
      const normed = list.push({
        kind: 'layerNorm',
        name: 'norm',
        input: segmentInput,
        epsilon: layerNormEpsilon,
      });
      return list.push({ kind: 'firstToken', name: 'token', input: normed });
    }
  }
}

function addPool(list: LayerList, input: string): string {
  return list.push({
    kind: 'flatten',
    name: 'features',
    input: list.push({ kind: 'globalPool', name: 'pool', input }),
  });
}
