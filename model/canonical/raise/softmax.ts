import { elementCount, intAttribute } from '../../onnx/graph';
import { int } from '../../onnx/graph_builder';
import { int64List } from '../rewriting/constants';
import type { RaiseRule } from './rule';

/** Before opset 13 Softmax ran over `axis` and all behind it together, and `axis` was 1 unless given. */
export const flattenedSoftmax: RaiseRule = (node, { make, view }) => {
  const [input = ''] = node.inputs;
  const shape = view.shape(input);
  const given = intAttribute(node, 'axis', 1);
  const axis = given < 0 ? given + shape.length : given;
  if (elementCount(shape.slice(axis + 1)) === 1)
    return make.last(node.kind, [input], { axis: int(axis === shape.length - 1 ? -1 : axis) });
  const matrix = [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))];
  const flat = make.node('flat', 'Reshape', [input, make.constant('matrix', int64List(matrix))]);
  return make.last('Reshape', [
    make.node('rows', node.kind, [flat], { axis: int(-1) }),
    make.constant('shape', int64List(shape)),
  ]);
};
