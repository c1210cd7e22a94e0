import {
  elementCount,
  floatAttribute,
  intAttribute,
  intsAttribute,
  type Tensor,
  type TensorType,
} from '../graph';
import type { NodeEvaluation, Evaluator } from './evaluation';
import {
  broadcastStrides,
  isNumeric,
  numbersOf,
  offsetsOf,
  picked,
  rowMajorStrides,
  tensorOfNumbers,
} from './tensor_values';

/** Half to even, as ONNX's Round. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

const unaryOperations: Readonly<Record<string, (value: number) => number>> = {
  Neg: (value) => -value,
  Abs: Math.abs,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Round: roundHalfEven,
  Sqrt: Math.sqrt,
  Reciprocal: (value) => 1 / value,
  Exp: Math.exp,
  Log: Math.log,
  Sin: Math.sin,
  Cos: Math.cos,
  Tanh: Math.tanh,
  Sigmoid: (value) => 1 / (1 + Math.exp(-value)),
  Relu: (value) => Math.max(0, value),
  Sign: Math.sign,
  Not: (value) => (value === 0 ? 1 : 0),
  Cast: (value) => value,
};
const binaryOperations: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Pow: (a, b) => a ** b,
  Max: Math.max,
  Min: Math.min,
  Sum: (a, b) => a + b,
  Equal: (a, b) => Number(a === b),
  Greater: (a, b) => Number(a > b),
  GreaterOrEqual: (a, b) => Number(a >= b),
  Less: (a, b) => Number(a < b),
  LessOrEqual: (a, b) => Number(a <= b),
  And: (a, b) => Number(a !== 0 && b !== 0),
  Or: (a, b) => Number(a !== 0 || b !== 0),
  Xor: (a, b) => Number((a !== 0) !== (b !== 0)),
};
const reductions: Readonly<Record<string, (values: readonly number[]) => number>> = {
  ReduceSum: (values) => values.reduce((a, b) => a + b, 0),
  ReduceProd: (values) => values.reduce((a, b) => a * b, 1),
  ReduceMean: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  ReduceMax: (values) => values.reduce((a, b) => Math.max(a, b), -Infinity),
  ReduceMin: (values) => values.reduce((a, b) => Math.min(a, b), Infinity),
};

/** Operators that compute with numbers, elementwise or over axes. */
export const arithmeticEvaluators: Readonly<Record<string, Evaluator>> = {
  ...Object.fromEntries(
    Object.entries(unaryOperations).map(([kind, operation]) => [kind, unary(operation)]),
  ),
  ...Object.fromEntries(
    Object.entries(binaryOperations).map(([kind, operation]) => [kind, folded(() => operation)]),
  ),
  Div: folded(({ elementType }) =>
    isInteger(elementType) ? (a, b) => (b === 0 ? NaN : Math.trunc(a / b)) : (a, b) => a / b,
  ),
  Mod: folded((_, { node }) =>
    intAttribute(node, 'fmod', 0) === 1 ? (a, b) => a % b : (a, b) => ((a % b) + b) % b,
  ),
  Where: where,
  Clip: clip,
  CumSum: cumSum,
  ...Object.fromEntries(
    Object.entries(reductions).map(([kind, operation]) => [kind, reduce(operation)]),
  ),
};

function isInteger(type: Tensor['elementType']): boolean {
  return type !== 'float32' && type !== 'float64' && type !== 'float16';
}

function unary(operation: (value: number) => number): Evaluator {
  return ({ constant }, { elementType, shape }) => {
    const tensor = constant(0);
    const values = tensor === undefined ? undefined : numbersOf(tensor);
    return values === undefined || !isNumeric(elementType)
      ? undefined
      : tensorOfNumbers(elementType, shape, Float64Array.from(values, operation));
  };
}

type BinaryFunction = (a: number, b: number) => number;

/** Combines two inputs or more from the left; results are rounded once per step, as ONNX Runtime does. */
function folded(
  operationFor: (output: Tensor, evaluation: NodeEvaluation) => BinaryFunction,
): Evaluator {
  return (evaluation, output) => {
    const tensors = evaluation.node.inputs.map((_, index) => evaluation.constant(index));
    const [first, ...others] = tensors;
    if (first === undefined || !isNumeric(output.elementType)) return undefined;
    let result = first;
    for (const other of others) {
      const next =
        other === undefined
          ? undefined
          : combined(result, other, { output, operation: operationFor(first, evaluation) });
      if (next === undefined) return undefined;
      result = next;
    }
    return result;
  };
}

function combined(
  a: Tensor,
  b: Tensor,
  { output, operation }: { readonly output: TensorType; readonly operation: BinaryFunction },
): Tensor | undefined {
  const [left, right] = [broadcast(a, output.shape), broadcast(b, output.shape)];
  if (left === undefined || right === undefined) return undefined;
  const values = new Float64Array(left.length);
  for (let index = 0; index < values.length; index += 1)
    values[index] = operation(left[index] ?? NaN, right[index] ?? NaN);
  // An integer division by zero has no value.
  return isInteger(output.elementType) && values.some(Number.isNaN)
    ? undefined
    : tensorOfNumbers(output.elementType, output.shape, values);
}

function broadcast(tensor: Tensor, shape: readonly number[]): ArrayLike<number> | undefined {
  return numbersOf(
    elementCount(tensor.shape) === elementCount(shape)
      ? tensor
      : picked(tensor, shape, offsetsOf(shape, broadcastStrides(tensor.shape, shape))),
  );
}

function where(
  { constant }: NodeEvaluation,
  { elementType, shape }: TensorType,
): Tensor | undefined {
  const [condition, yes, no] = [0, 1, 2]
    .map((index) => constant(index))
    .map((tensor) => (tensor === undefined ? undefined : broadcast(tensor, shape)));
  if (condition === undefined || yes === undefined || no === undefined) return undefined;
  return tensorOfNumbers(
    elementType,
    shape,
    Float64Array.from(condition, (value, index) => (value === 0 ? no[index] : yes[index]) ?? NaN),
  );
}

function clip(
  { node, constant }: NodeEvaluation,
  { elementType, shape }: TensorType,
): Tensor | undefined {
  const tensor = constant(0);
  const values = tensor === undefined ? undefined : numbersOf(tensor);
  if (values === undefined || !isNumeric(elementType)) return undefined;
  const bound = (index: number, name: string, absent: number): number => {
    const given = constant(index);
    return given === undefined ? floatAttribute(node, name, absent) : Number(given.data[0]);
  };
  if ([1, 2].some((index) => (node.inputs[index] ?? '') !== '' && constant(index) === undefined))
    return undefined;
  const [lowest, highest] = [bound(1, 'min', -Infinity), bound(2, 'max', Infinity)];
  return tensorOfNumbers(
    elementType,
    shape,
    Float64Array.from(values, (value) => Math.min(highest, Math.max(lowest, value))),
  );
}

function reduce(operation: (values: readonly number[]) => number): Evaluator {
  return ({ node, constant }, { elementType, shape }) => {
    const tensor = constant(0);
    const values = tensor === undefined ? undefined : numbersOf(tensor);
    const axisInput = constant(1);
    if (
      tensor === undefined ||
      values === undefined ||
      ((node.inputs[1] ?? '') !== '' && axisInput === undefined) ||
      !isNumeric(elementType)
    )
      return undefined;
    const given =
      intsAttribute(node, 'axes') ??
      (axisInput === undefined ? [] : Array.from(numbersOf(axisInput) ?? []));
    if (given.length === 0 && intAttribute(node, 'noop_with_empty_axes', 0) === 1) return tensor;
    const rank = tensor.shape.length;
    const axes = new Set(
      given.length === 0
        ? tensor.shape.keys()
        : given.map((axis) => (axis < 0 ? axis + rank : axis)),
    );
    const strides = rowMajorStrides(tensor.shape);
    const offsets = (inside: boolean): Int32Array => {
      const chosen = [...tensor.shape.keys()].filter((axis) => axes.has(axis) === inside);
      return offsetsOf(
        chosen.map((axis) => tensor.shape[axis] ?? 1),
        chosen.map((axis) => strides[axis] ?? 0),
      );
    };
    const inner = Array.from(offsets(true));
    return tensorOfNumbers(
      elementType,
      shape,
      Float64Array.from(offsets(false), (start) =>
        operation(inner.map((offset) => values[start + offset] ?? NaN)),
      ),
    );
  };
}

function cumSum(
  { node, constant }: NodeEvaluation,
  { elementType, shape }: TensorType,
): Tensor | undefined {
  const [tensor, axisTensor] = [constant(0), constant(1)];
  const values = tensor === undefined ? undefined : numbersOf(tensor);
  if (
    values === undefined ||
    axisTensor === undefined ||
    intAttribute(node, 'exclusive', 0) === 1 ||
    intAttribute(node, 'reverse', 0) === 1
  )
    return undefined;
  const given = Number(axisTensor.data[0]);
  const axis = given < 0 ? given + shape.length : given;
  const stride = rowMajorStrides(shape)[axis] ?? 1;
  const size = shape[axis] ?? 1;
  const sums = Float64Array.from(values);
  for (let index = 0; index < sums.length; index += 1)
    if (Math.floor(index / stride) % size > 0)
      sums[index] = (sums[index] ?? 0) + (sums[index - stride] ?? 0);
  return tensorOfNumbers(elementType, shape, sums);
}
