import { stringAttribute, type Graph, type Node } from '../../onnx/graph';
import { int64List, integersOf } from '../rewriting/constants';
import { rewrite } from '../rewriting/rewrite';
import type { GraphView } from '../rewriting/view';

/** Resize says its output's sizes, wherever its scales give whole pixels; the region of interest goes unless the mode crops. */
export function explicitResize(view: GraphView): Graph {
  return rewrite(view, (node, make) => {
    if (
      node.kind !== 'Resize' ||
      (node.inputs[2] ?? '') === '' ||
      isCropping(node) ||
      !hasWholePixels(view, node)
    )
      return undefined;
    const sizes = make.constant('sizes', int64List(view.shape(node.outputs[0] ?? '')));
    return make.last('Resize', [node.inputs[0] ?? '', '', '', sizes], node.attributes);
  });
}

function isCropping(node: Node): boolean {
  return (
    stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel') ===
      'tf_crop_and_resize' || node.attributes.has('axes')
  );
}

/** Scales have 24 bits: 1.8 times 5 is 9 less a rounding error. */
function hasWholePixels(view: GraphView, node: Node): boolean {
  const scales = integersOf(view, node.inputs[2] ?? '');
  const before = view.shape(node.inputs[0] ?? '');
  return view
    .shape(node.outputs[0] ?? '')
    .every((size, axis) => Math.abs((before[axis] ?? 0) * (scales?.[axis] ?? 0) - size) < 1e-4);
}
