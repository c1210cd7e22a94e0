import { intAttribute, intsAttribute } from '../../onnx/graph';
import {
  concatenationOptions,
  gatherOptions,
  plainOptions,
  splitOptions,
} from '../file/builtin_options';
import {
  gatheredForReshape,
  plainLayout,
  storedAxis,
  storedShape,
  throughReshape,
  throughTranspose,
  type Layout,
} from '../lowering/layout';
import type { Lowering } from '../lowering/lowering';
import type { Operand, Step } from '../lowering/quantized_steps';
import { Unsupported } from '../lowering/unsupported';
import {
  commonLayout,
  encodedLike,
  encodedOutput,
  inputOf,
  integersOf,
  outputOf,
  sameEncoding,
  type Lower,
} from './family';
import { pad } from './padding';

/** Operators that only move values: they cannot rescale. */
export const movementFamily: Readonly<Record<string, Lower>> = {
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  Pad: pad,
  Expand: expand,
  Identity: reshape,
  Tile: tile,
};

/** Values move only if merged or split dimensions do not stand together. */
function reshape(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const home = to.layoutOf(input);
  const gathered =
    throughReshape(input.shape, home, output.shape) === undefined
      ? gatheredForReshape(input.shape, home, output.shape)
      : home;
  const layout =
    throughReshape(input.shape, gathered, output.shape) ?? plainLayout(output.shape.length);
  const source = to.read(input, gathered);
  settle(to, {
    input,
    output,
    layout,
    index: to.reshaped(source, storedShape(output.shape, layout)),
  });
}

function transpose(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const permutation =
    intsAttribute(step.node, 'perm') ?? plainLayout(input.shape.length).toReversed();
  const home = to.layoutOf(input);
  settle(to, {
    input,
    output,
    layout: throughTranspose(home, permutation),
    index: to.read(input, home),
  });
}

/** The output is a tensor that exists already; only its encoding may have to change. */
function settle(
  to: Lowering,
  {
    input,
    output,
    layout,
    index,
  }: {
    readonly input: Operand;
    readonly output: Operand;
    readonly layout: Layout;
    readonly index: number;
  },
): void {
  if (sameEncoding(input, output)) to.alias(output, layout, index);
  else
    to.emit({
      kind: 'QUANTIZE',
      inputs: [index],
      outputs: [to.make(output, layout)],
      options: plainOptions.QUANTIZE,
    });
}

function concat(step: Step, to: Lowering): void {
  const output = outputOf(step);
  const layout = commonLayout(step, to);
  const inputs = step.inputs.map((_, index) =>
    encodedLike(to, { operand: inputOf(step, index), layout, like: output }),
  );
  to.emit({
    kind: 'CONCATENATION',
    inputs,
    outputs: [to.make(output, layout)],
    options: concatenationOptions(storedAxis(layout, intAttribute(step.node, 'axis', 0))),
  });
}

function split(step: Step, to: Lowering): void {
  const input = inputOf(step, 0);
  const layout = to.layoutOf(input);
  const source = to.read(input, layout);
  const axis = intAttribute(step.node, 'axis', 0);
  const onnxAxis = axis < 0 ? axis + layout.length : axis;
  const results = step.outputs.map((output) => encodedOutput(to, { output, layout, like: input }));
  const sizes = step.outputs.map((output) => output.shape[onnxAxis] ?? 0);
  const outputs = results.map(({ index }) => index);
  const position = to.scalar(storedAxis(layout, onnxAxis));
  if (sizes.every((size) => size === sizes[0]))
    to.emit({
      kind: 'SPLIT',
      inputs: [position, source],
      outputs,
      options: splitOptions('SPLIT', sizes.length),
      data: 1,
    });
  else
    to.emit({
      kind: 'SPLIT_V',
      inputs: [source, to.list(sizes), position],
      outputs,
      options: splitOptions('SPLIT_V', sizes.length),
    });
  for (const result of results) result.requantize();
}

function slice(step: Step, to: Lowering): void {
  const { node } = step;
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const layout = to.layoutOf(input);
  const starts = intsAttribute(node, 'starts') ?? integersOf(step, 1) ?? [];
  const axes =
    intsAttribute(node, 'axes') ?? integersOf(step, 3) ?? starts.map((_, index) => index);
  const steps = integersOf(step, 4) ?? starts.map(() => 1);
  if (steps.some((stride) => stride < 1))
    throw new Unsupported(node, 'it steps backwards; slice forwards');
  const [begin, strides] = [input.shape.map(() => 0), input.shape.map(() => 1)];
  axes.forEach((given, index) => {
    const axis = given < 0 ? given + input.shape.length : given;
    const [size, start] = [input.shape[axis] ?? 0, starts[index] ?? 0];
    begin[axis] = Math.min(Math.max(start < 0 ? start + size : start, 0), size);
    strides[axis] = steps[index] ?? 1;
  });
  sliced(to, { input, output, layout, begin, strides });
}

/** Numbers by ONNX dimension. */
interface Cut {
  readonly input: Operand;
  readonly output: Operand;
  readonly layout: Layout;
  readonly begin: readonly number[];
  readonly strides: readonly number[];
}

function sliced(to: Lowering, { input, output, layout, begin, strides }: Cut): void {
  const source = to.read(input, layout);
  const result = encodedOutput(to, { output, layout, like: input });
  const list = (values: readonly number[]): number =>
    to.list(layout.map((dimension) => values[dimension] ?? 0));
  if (strides.every((stride) => stride === 1))
    to.emit({
      kind: 'SLICE',
      inputs: [source, list(begin), list(output.shape)],
      outputs: [result.index],
      options: plainOptions.SLICE,
    });
  else {
    const end = begin.map(
      (start, axis) => start + ((output.shape[axis] ?? 1) - 1) * (strides[axis] ?? 1) + 1,
    );
    to.emit({
      kind: 'STRIDED_SLICE',
      inputs: [source, list(begin), list(end), list(strides)],
      outputs: [result.index],
      options: plainOptions.STRIDED_SLICE,
    });
  }
  result.requantize();
}

/** One index is a slice whose dimension is dropped; several are a GATHER. */
function gather(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const given = intAttribute(step.node, 'axis', 0);
  const axis = given < 0 ? given + input.shape.length : given;
  const size = input.shape[axis] ?? 0;
  const indices = (integersOf(step, 1) ?? []).map((index) => (index < 0 ? index + size : index));
  const layout = to.layoutOf(input);
  const rank = inputOf(step, 1).shape.length;
  if (rank > 1)
    throw new Unsupported(step.node, `its indices have ${rank} dimensions; TFLite is given one`);
  const picked: Operand = {
    ...output,
    name: `${output.name}/picked`,
    shape: input.shape.with(axis, indices.length),
  };
  const result = rank === 1 ? output : picked;
  if (indices.length === 1)
    sliced(to, {
      input,
      output: result,
      layout,
      begin: input.shape.map((_, dimension) => (dimension === axis ? (indices[0] ?? 0) : 0)),
      strides: input.shape.map(() => 1),
    });
  else {
    const made = encodedOutput(to, { output: result, layout, like: input });
    to.emit({
      kind: 'GATHER',
      inputs: [to.read(input, layout), to.list(indices)],
      outputs: [made.index],
      options: gatherOptions(storedAxis(layout, axis)),
    });
    made.requantize();
  }
  if (rank === 1) return;
  const dropped = layout
    .filter((dimension) => dimension !== axis)
    .map((dimension) => (dimension > axis ? dimension - 1 : dimension));
  to.alias(
    output,
    dropped,
    to.reshaped(to.read(picked, layout), storedShape(output.shape, dropped)),
  );
}

function expand(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const layout = plainLayout(output.shape.length);
  const result = encodedOutput(to, { output, layout, like: input });
  to.emit({
    kind: 'BROADCAST_TO',
    inputs: [to.read(input, layout), to.list(output.shape)],
    outputs: [result.index],
    options: plainOptions.BROADCAST_TO,
  });
  result.requantize();
}

function tile(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const layout = to.layoutOf(input);
  const repeats = integersOf(step, 1) ?? [];
  const result = encodedOutput(to, { output, layout, like: input });
  to.emit({
    kind: 'TILE',
    inputs: [to.read(input, layout), to.list(layout.map((dimension) => repeats[dimension] ?? 1))],
    outputs: [result.index],
  });
  result.requantize();
}
