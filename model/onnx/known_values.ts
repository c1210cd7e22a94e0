import { floatAttribute, intAttribute, intsAttribute, type Node, type Tensor, type TensorType } from './graph';

/** Shape arithmetic works on a handful of numbers; anything longer is data. */
const longestKnownList = 64;

/** Numbers of a small constant, flattened. Large ones are data, which shape inference does not look at. */
export function knownTensor(tensor: Tensor): readonly number[] | undefined {
  if (tensor.data.length > longestKnownList || tensor.elementType === 'float16') return undefined;
  return Array.from<number | bigint>(tensor.data).map(Number);
}

interface Known {
  readonly values: (input: number) => readonly number[] | undefined;
  readonly type: (input: number) => TensorType | undefined;
}

/**
 * The values of a node that only computes with shapes, as exporters write them
 * (Shape, Gather, Concat … before Reshape); undefined for every other node.
 */
export function knownOutput(node: Node, known: Known): readonly number[] | undefined {
  const result = evaluate(node, known);
  return result === undefined || result.length > longestKnownList ? undefined : result;
}

function evaluate(node: Node, known: Known): readonly number[] | undefined {
  const first = known.values(0);
  switch (node.kind) {
    case 'Constant':
      return constantValues(node);
    case 'Shape':
      return known.type(0)?.shape.slice(intAttribute(node, 'start', 0), intAttribute(node, 'end', Number.MAX_SAFE_INTEGER));
    case 'Identity':
    case 'Cast':
    case 'Squeeze':
    case 'Unsqueeze':
      return first;
    case 'Gather':
      return gathered(first, known.values(1));
    case 'Concat':
      return concatenated(node, known);
    case 'Slice':
      return sliced(first, [1, 2, 4].map(known.values));
    case 'Add':
      return combined(first, known.values(1), (a, b) => a + b);
    case 'Sub':
      return combined(first, known.values(1), (a, b) => a - b);
    case 'Mul':
      return combined(first, known.values(1), (a, b) => a * b);
    case 'Div':
      return combined(first, known.values(1), (a, b) => Math.trunc(a / b));
    default:
      return undefined;
  }
}

function constantValues(node: Node): readonly number[] | undefined {
  const value = node.attributes.get('value');
  if (value?.kind === 'tensor') return knownTensor(value.value);
  const list = intsAttribute(node, 'value_ints');
  if (list !== undefined) return list;
  if (node.attributes.has('value_int')) return [intAttribute(node, 'value_int', 0)];
  return node.attributes.has('value_float') ? [floatAttribute(node, 'value_float', 0)] : undefined;
}

function gathered(values: readonly number[] | undefined, indices: readonly number[] | undefined): readonly number[] | undefined {
  const picked = indices?.map((index) => values?.at(index));
  return picked?.every((value) => value !== undefined) === true ? picked : undefined;
}

function concatenated(node: Node, known: Known): readonly number[] | undefined {
  const parts = node.inputs.map((_, index) => known.values(index));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

function sliced(values: readonly number[] | undefined, [starts, ends, steps]: readonly (readonly number[] | undefined)[]): readonly number[] | undefined {
  if (starts?.length !== 1 || ends?.length !== 1 || (steps?.[0] ?? 1) !== 1) return undefined;
  return values?.slice(starts[0], ends[0]);
}

function combined(first: readonly number[] | undefined, second: readonly number[] | undefined, operation: (a: number, b: number) => number): readonly number[] | undefined {
  if (first === undefined || second === undefined) return undefined;
  if (first.length === 1 && first[0] !== undefined) {
    const [scalar] = first;
    return second.map((value) => operation(scalar, value));
  }
  return second.length === 1 || second.length === first.length ? first.map((value, index) => operation(value, second[second.length === 1 ? 0 : index] ?? 0)) : undefined;
}
