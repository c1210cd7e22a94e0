import { intAttribute, intsAttribute } from '../../onnx/graph';
import { gatherOptions, plainOptions } from '../file/builtin_options';
import { storedAxis, storedShape, type Layout } from '../lowering/layout';
import type { Lowering } from '../lowering/lowering';
import type { Operand, Step } from '../lowering/quantized_steps';
import { Unsupported } from '../lowering/unsupported';
import { encodedOutput, inputOf, integersOf, outputOf } from './family';

export function slice(step: Step, to: Lowering): void {
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
export function gather(step: Step, to: Lowering): void {
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
