import { elementCount, type Tensor } from '../../onnx/graph';
import { numbersOf, tensorOfNumbers } from '../../onnx/evaluate/tensor_values';
import type { GraphView } from './view';

/** The float32 values of a constant. */
export function floatsOf(view: GraphView, tensor: string): Float32Array | undefined {
  const constant = view.constant(tensor);
  return constant?.elementType === 'float32' ? constant.data : undefined;
}

/** The numbers of a constant of a handful of elements, such as axes and pads. */
export function integersOf(view: GraphView, tensor: string): readonly number[] | undefined {
  const constant = view.constant(tensor);
  const numbers =
    constant === undefined || constant.data.length > 64 ? undefined : numbersOf(constant);
  return numbers === undefined ? undefined : Array.from(numbers);
}

/** The one value of a constant whose elements are all equal. */
export function scalarOf(view: GraphView, tensor: string): number | undefined {
  const constant = view.constant(tensor);
  const numbers = constant === undefined ? undefined : numbersOf(constant);
  if (numbers === undefined || numbers.length === 0) return undefined;
  const [first] = [numbers[0]];
  for (let index = 1; index < numbers.length; index += 1)
    if (numbers[index] !== first) return undefined;
  return first;
}

export function float32Scalar(value: number): Tensor {
  return { elementType: 'float32', shape: [], data: Float32Array.of(value) };
}

export function int64List(values: readonly number[]): Tensor {
  return tensorOfNumbers('int64', [values.length], values);
}

/**
 * A constant as one value per channel, when it broadcasts over a tensor of this shape that way (or is a scalar);
 * `axis` is the channels'.
 */
export function perChannel(
  view: GraphView,
  tensor: string,
  over: { readonly shape: readonly number[]; readonly axis: number },
): Float32Array | undefined {
  const values = floatsOf(view, tensor);
  const { shape, axis } = over;
  const channels = shape[axis] ?? 0;
  if (values === undefined) return undefined;
  if (values.length === 1 && view.shape(tensor).length <= shape.length)
    return new Float32Array(channels).fill(values[0] ?? 0);
  const own = view.shape(tensor);
  const position = axis - shape.length + own.length;
  return values.length === channels &&
    own.length <= shape.length &&
    own[position] === channels &&
    elementCount(own) === channels
    ? values
    : undefined;
}
