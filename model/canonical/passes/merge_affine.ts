import type { Graph } from '../../onnx/graph';
import { foldAffine, isLayer } from '../rewriting/affine';
import { perChannel } from '../rewriting/constants';
import { rewrite } from '../rewriting/rewrite';
import type { GraphView } from '../rewriting/view';

/** A constant that is added to a layer's output, or multiplies it, per channel or as a whole, becomes part of the layer's bias and weights. */
export function mergeAffine(view: GraphView): Graph {
  return rewrite(view, (node, make) => {
    if (node.kind !== 'Add' && node.kind !== 'Mul') return undefined;
    const [input = '', constant = ''] = node.inputs;
    if (!isLayer(view, input)) return undefined;
    const shape = view.shape(input);
    const values =
      shape.length === view.shape(node.outputs[0] ?? '').length
        ? perChannel(view, constant, { shape, axis: 1 })
        : undefined;
    if (values === undefined) return undefined;
    const affine =
      node.kind === 'Add'
        ? { scale: values.map(() => 1), shift: values }
        : { scale: values, shift: values.map(() => 0) };
    return foldAffine(view, input, { affine, make });
  });
}
