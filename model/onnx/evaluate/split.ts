import { intAttribute, type Tensor } from '../graph';
import type { NodeEvaluation } from './evaluation';
import { offsetsOf, picked, rowMajorStrides } from './tensor_values';

/** The parts of a constant. */
export function splitOf({
  node,
  constant,
  outputs,
}: NodeEvaluation): readonly Tensor[] | undefined {
  const tensor = constant(0);
  if (tensor === undefined) return undefined;
  const given = intAttribute(node, 'axis', 0);
  const axis = given < 0 ? given + tensor.shape.length : given;
  const strides = rowMajorStrides(tensor.shape);
  let start = 0;
  return outputs.map(({ shape }) => {
    const part = picked(tensor, shape, offsetsOf(shape, strides, start * (strides[axis] ?? 1)));
    start += shape[axis] ?? 0;
    return part;
  });
}
