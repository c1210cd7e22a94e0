import { stringAttribute, type Attribute } from '../../onnx/graph';
import type { RaiseRule } from './rule';

const text = (value: string): Attribute => ({ kind: 'string', value });

/** Upsample, and Resize of opset 10, place samples at multiples of the scale and round down. */
const olderSampling = {
  coordinate_transformation_mode: text('asymmetric'),
  nearest_mode: text('floor'),
};

/** Upsample (until opset 9) has scales as an attribute (7) or as its second input (9). */
export const upsampleToResize: RaiseRule = (node, { make }) => {
  const floats = node.attributes.get('scales');
  const scales =
    floats?.kind === 'floats'
      ? make.constant('scales', {
          elementType: 'float32',
          shape: [floats.value.length],
          data: Float32Array.from(floats.value),
        })
      : (node.inputs[1] ?? '');
  return make.last('Resize', [node.inputs[0] ?? '', '', scales], {
    mode: text(stringAttribute(node, 'mode', 'nearest')),
    ...olderSampling,
  });
};

/** Resize of opset 10 has two inputs; that of 11 marks an absent one by a tensor without elements. */
export const resizeToNewest: RaiseRule = (node, { make, view }) => {
  if (view.graph.opset < 11)
    return make.last('Resize', [node.inputs[0] ?? '', '', node.inputs[1] ?? ''], {
      mode: text(stringAttribute(node, 'mode', 'nearest')),
      ...olderSampling,
    });
  const isEmpty = (input: string): boolean =>
    view.shape(input).length === 1 && view.shape(input)[0] === 0;
  const [data = '', roi = '', scales = '', sizes = ''] = node.inputs;
  const inputs = [
    data,
    isEmpty(roi) ? '' : roi,
    isEmpty(scales) || sizes !== '' ? '' : scales,
    sizes,
  ];
  return make.last('Resize', sizes === '' ? inputs.slice(0, 3) : inputs, node.attributes);
};
