import { floatAttribute, intAttribute, stringAttribute } from '../../onnx/graph';
import {
  geluOptions,
  leakyReluOptions,
  noOptions,
  plainOptions,
  softmaxOptions,
} from '../file/builtin_options';
import type { BuiltinOptions } from '../file/draft';
import { saturatesAt } from '../lowering/fused_activation';
import { withLast, type Layout } from '../lowering/layout';
import type { Lowering } from '../lowering/lowering';
import type { Clamp } from '../../onnx/clamp';
import type { Operand, Step } from '../lowering/quantized_steps';
import { Unsupported } from '../lowering/unsupported';
import { bound, limitsOf } from './bounds';
import { inputOf, outputOf, sameEncoding, type Lower } from './family';
import { dequantized, inFloat, quantizedResult } from './float_island';
import { hardSigmoid } from './hard_sigmoid';

export const activationFamily: Readonly<Record<string, Lower>> = {
  Relu: unary('RELU', noOptions),
  Clip: clip,
  Sigmoid: fixedRange('LOGISTIC', { steps: 256, lowest: true }),
  Tanh: fixedRange('TANH', { steps: 128, lowest: false }),
  HardSwish: narrow('HARD_SWISH', plainOptions.HARD_SWISH),
  HardSigmoid: hardSigmoid,
  Gelu: (step, to) =>
    narrow('GELU', geluOptions(stringAttribute(step.node, 'approximate', 'none') === 'tanh'))(
      step,
      to,
    ),
  LeakyRelu: (step, to) =>
    unary('LEAKY_RELU', leakyReluOptions(floatAttribute(step.node, 'alpha', 0.01)))(step, to),
  PRelu: parametricRelu,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
};

function unary(kind: string, options: BuiltinOptions): Lower {
  return (step, to) => {
    const layout = to.layoutOf(inputOf(step, 0));
    to.emit({
      kind,
      inputs: [to.read(inputOf(step, 0), layout)],
      outputs: [to.make(outputOf(step), layout)],
      options,
    });
  };
}

/** An operator without a kernel of 16 bits: beside such activations it is computed in float. */
function narrow(kind: string, options: BuiltinOptions): Lower {
  return (step, to) =>
    outputOf(step).elementType === 'uint16'
      ? inFloat(kind, options)(step, to)
      : unary(kind, options)(step, to);
}

/** Slopes are operands with an encoding of their own; per channel they stand last, as the channels do. */
function parametricRelu(step: Step, to: Lowering): void {
  const [input, slope, output] = [inputOf(step, 0), inputOf(step, 1), outputOf(step)];
  const layout = to.layoutOf(input);
  if (output.elementType !== 'uint16') {
    to.emit({
      kind: 'PRELU',
      inputs: [to.read(input, layout), to.read(slope, layout)],
      outputs: [to.make(output, layout)],
    });
    return;
  }
  const result = quantizedResult(to, output, layout);
  to.emit({
    kind: 'PRELU',
    inputs: [dequantized(to, input, layout), dequantized(to, slope, layout)],
    outputs: [result.float],
  });
  result.quantize(step.clamp);
}

/** Outputs whose encoding TFLite's kernels fix: 1/256 from the lowest integer on (LOGISTIC, SOFTMAX), 1/128 around zero (TANH). */
interface FixedRange {
  readonly steps: number;
  readonly lowest: boolean;
}

function fixedRange(kind: string, range: FixedRange): Lower {
  return (step, to) => {
    const layout = to.layoutOf(inputOf(step, 0));
    emitFixedRange(step, to, { kind, range, layout, options: noOptions });
  };
}

function softmax(step: Step, to: Lowering): void {
  const input = inputOf(step, 0);
  const axis = intAttribute(step.node, 'axis', -1);
  const layout = withLast(to.layoutOf(input), axis < 0 ? axis + input.shape.length : axis);
  emitFixedRange(step, to, {
    kind: 'SOFTMAX',
    range: { steps: 256, lowest: true },
    layout,
    options: softmaxOptions,
  });
}

/** In float: its integer kernel works with fixed point of its own, and there is none of 16 bits. */
function logSoftmax(step: Step, to: Lowering): void {
  const input = inputOf(step, 0);
  const axis = intAttribute(step.node, 'axis', -1);
  const layout = withLast(to.layoutOf(input), axis < 0 ? axis + input.shape.length : axis);
  const float = dequantized(to, input, layout);
  const result = quantizedResult(to, outputOf(step), layout);
  to.emit({ kind: 'LOG_SOFTMAX', inputs: [float], outputs: [result.float] });
  result.quantize(step.clamp);
}

/** In another encoding than the kernel's the output is requantized behind it. */
function emitFixedRange(
  step: Step,
  to: Lowering,
  {
    kind,
    range,
    layout,
    options,
  }: {
    readonly kind: string;
    readonly range: FixedRange;
    readonly layout: Layout;
    readonly options: BuiltinOptions;
  },
): void {
  const output = outputOf(step);
  const source = to.read(inputOf(step, 0), layout);
  const wide = output.elementType === 'uint16';
  const scale = Math.fround(1 / (wide ? 32_768 : range.steps));
  const unsigned = range.lowest ? 0 : 128;
  const native = {
    ...output,
    name: `${output.name}/native`,
    quantization: { scales: Float32Array.of(scale), zeroPoint: wide ? 32_768 : unsigned, axis: 0 },
  };
  if (sameEncoding(native, output)) {
    to.emit({ kind, inputs: [source], outputs: [to.make(output, layout)], options });
    return;
  }
  const between = to.make(native, layout);
  to.emit({ kind, inputs: [source], outputs: [between], options });
  to.emit({
    kind: 'QUANTIZE',
    inputs: [between],
    outputs: [to.make(output, layout)],
    options: plainOptions.QUANTIZE,
  });
}

/** A Clip that its output's encoding makes anyway is a requantization; (0, 6) has an operator; others are bounded before. */
function clip(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const bounds = clipBounds(step);
  const layout = to.layoutOf(input);
  const source = to.read(input, layout);
  if (saturatesAt(output, bounds) && sameEncoding(input, output)) to.alias(output, layout, source);
  else if (bounds.min === 0 && bounds.max === 6)
    to.emit({ kind: 'RELU6', inputs: [source], outputs: [to.make(output, layout)] });
  else {
    const bounded =
      saturatesAt(output, bounds) || limitsOf(input, bounds).length === 0
        ? source
        : boundedInput(to, { input, source, bounds });
    to.emit({
      kind: 'QUANTIZE',
      inputs: [bounded],
      outputs: [to.make(output, layout)],
      options: plainOptions.QUANTIZE,
    });
  }
}

function boundedInput(
  to: Lowering,
  {
    input,
    source,
    bounds,
  }: { readonly input: Operand; readonly source: number; readonly bounds: Clamp },
): number {
  const made = to.between({ ...to.tensor(source), name: `${input.name}/limited` });
  bound(to, input, { index: source, into: () => made, bounds });
  return made;
}

function clipBounds({ node, inputs }: Step): Clamp {
  const bound = (index: number, absent: number): number => {
    const constant = inputs[index]?.constant;
    if (inputs[index] !== undefined && constant?.elementType !== 'float32')
      throw new Unsupported(node, 'its bounds are not constant');
    return constant?.elementType === 'float32' ? (constant.data[0] ?? absent) : absent;
  };
  return { min: bound(1, -Infinity), max: bound(2, Infinity) };
}
