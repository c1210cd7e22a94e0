import { intAttribute } from '../../onnx/graph';
import { concatenationOptions, plainOptions, splitOptions } from '../file/builtin_options';
import { plainLayout, storedAxis } from '../lowering/layout';
import type { Lowering } from '../lowering/lowering';
import type { Step } from '../lowering/quantized_steps';
import {
  commonLayout,
  encodedLike,
  encodedOutput,
  inputOf,
  integersOf,
  outputOf,
  type Lower,
} from './family';
import { pad } from './padding';
import { reshape, transpose } from './reshape';
import { gather, slice } from './slice';

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
