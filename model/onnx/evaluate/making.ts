import {
  elementCount,
  floatAttribute,
  intAttribute,
  intsAttribute,
  type Node,
  type Tensor,
  type TensorType,
} from '../graph';
import type { NodeEvaluation, Evaluator } from './evaluation';
import { numbersOf, tensorOfNumbers } from './tensor_values';

/** Operators whose values come from attributes and shapes alone. */
export const makingEvaluators: Readonly<Record<string, Evaluator>> = {
  Constant: ({ node }) => constantOf(node),
  Shape: shapeOf,
  Size: ({ inputType }) => integers(inputType(0), (shape) => [elementCount(shape)], []),
  ConstantOfShape: constantOfShape,
  Range: range,
};

/** The value of a Constant node; undefined for strings and sparse tensors. */
export function constantOf(node: Node): Tensor | undefined {
  const value = node.attributes.get('value');
  if (value?.kind === 'tensor') return value.value;
  const list = intsAttribute(node, 'value_ints');
  if (list !== undefined) return tensorOfNumbers('int64', [list.length], list);
  if (node.attributes.has('value_int'))
    return tensorOfNumbers('int64', [], [intAttribute(node, 'value_int', 0)]);
  const floats = node.attributes.get('value_floats');
  if (floats?.kind === 'floats')
    return tensorOfNumbers('float32', [floats.value.length], floats.value);
  return node.attributes.has('value_float')
    ? tensorOfNumbers('float32', [], [floatAttribute(node, 'value_float', 0)])
    : undefined;
}

function integers(
  type: TensorType | undefined,
  values: (shape: readonly number[]) => readonly number[],
  shape?: readonly number[],
): Tensor | undefined {
  if (type === undefined) return undefined;
  const list = values(type.shape);
  return tensorOfNumbers('int64', shape ?? [list.length], list);
}

function shapeOf({ node, inputType }: NodeEvaluation): Tensor | undefined {
  return integers(inputType(0), (shape) =>
    shape.slice(intAttribute(node, 'start', 0), intAttribute(node, 'end', Number.MAX_SAFE_INTEGER)),
  );
}

function constantOfShape(
  { node }: NodeEvaluation,
  { elementType, shape }: TensorType,
): Tensor | undefined {
  const value = node.attributes.get('value');
  const filling = value?.kind === 'tensor' ? numbersOf(value.value)?.[0] : 0;
  return filling === undefined
    ? undefined
    : tensorOfNumbers(elementType, shape, new Float64Array(elementCount(shape)).fill(filling));
}

function range(
  { constant }: NodeEvaluation,
  { elementType, shape }: TensorType,
): Tensor | undefined {
  const [start, , delta] = [0, 1, 2]
    .map((index) => constant(index))
    .map((tensor) => (tensor === undefined ? undefined : numbersOf(tensor)?.[0]));
  return start === undefined || delta === undefined
    ? undefined
    : tensorOfNumbers(
        elementType,
        shape,
        Array.from({ length: elementCount(shape) }, (_, index) => start + index * delta),
      );
}
