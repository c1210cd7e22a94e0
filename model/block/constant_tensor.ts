import { assert } from '../../common/assert';
import type { Tensor } from '../onnx/graph';
import { float32Tensor } from '../onnx/graph_builder';
import type { OperatorConstant } from './operator';

/** The value of an operator's constant: what was trained, or what the operator itself asks for. */
export function constantTensor(
  { name, shape, values }: OperatorConstant,
  weights: ReadonlyMap<string, Tensor>,
): Tensor {
  if (values.kind === 'trained') return tensorNamed(weights, name);
  if (values.elementType === 'int64')
    return { elementType: 'int64', shape, data: BigInt64Array.from(values.data, BigInt) };
  return float32Tensor(shape, Float32Array.from(values.data));
}

export function tensorNamed(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  assert(tensor !== undefined, `constant ${name} has values`);
  return tensor;
}
