import { floatAttribute, intAttribute, stringAttribute } from '../../onnx/graph';
import { geluOptions, leakyReluOptions, noOptions, plainOptions, productOptions, softmaxOptions, sumOptions } from '../builtin_options';
import type { BuiltinOptions } from '../draft';
import { integerRange, saturatesAt } from '../fused_activation';
import { storedZeroPoint } from '../integer_storage';
import { withLast, type Layout } from '../layout';
import type { Lowering } from '../lowering';
import type { Clamp, Operand, Step } from '../quantized_steps';
import { Unsupported } from '../unsupported';
import { inputOf, outputOf, sameEncoding, type Lower } from './family';
import { fillConstant } from './windows';

export const activationFamily: Readonly<Record<string, Lower>> = {
  Relu: unary('RELU', noOptions),
  Clip: clip,
  Sigmoid: fixedRange('LOGISTIC', { steps: 256, lowest: true }),
  Tanh: fixedRange('TANH', { steps: 128, lowest: false }),
  HardSwish: unary('HARD_SWISH', plainOptions.HARD_SWISH),
  HardSigmoid: hardSigmoid,
  Gelu: (step, to) => unary('GELU', geluOptions(stringAttribute(step.node, 'approximate', 'none') === 'tanh'))(step, to),
  LeakyRelu: (step, to) => unary('LEAKY_RELU', leakyReluOptions(floatAttribute(step.node, 'alpha', 0.01)))(step, to),
  Softmax: softmax,
};

function unary(kind: string, options: BuiltinOptions): Lower {
  return (step, to) => {
    const layout = to.layoutOf(inputOf(step, 0));
    to.emit({ kind, inputs: [to.read(inputOf(step, 0), layout)], outputs: [to.make(outputOf(step), layout)], options });
  };
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
  emitFixedRange(step, to, { kind: 'SOFTMAX', range: { steps: 256, lowest: true }, layout, options: softmaxOptions });
}

/** In another encoding than the kernel's the output is requantized behind it. */
function emitFixedRange(step: Step, to: Lowering, { kind, range, layout, options }: { readonly kind: string; readonly range: FixedRange; readonly layout: Layout; readonly options: BuiltinOptions }): void {
  const output = outputOf(step);
  const source = to.read(inputOf(step, 0), layout);
  const wide = output.elementType === 'uint16';
  const scale = Math.fround(1 / (wide ? 32_768 : range.steps));
  const unsigned = range.lowest ? 0 : 128;
  const native = { ...output, name: `${output.name}/native`, quantization: { scales: Float32Array.of(scale), zeroPoint: wide ? 32_768 : unsigned, axis: 0 } };
  if (sameEncoding(native, output)) {
    to.emit({ kind, inputs: [source], outputs: [to.make(output, layout)], options });
    return;
  }
  const between = to.make(native, layout);
  to.emit({ kind, inputs: [source], outputs: [between], options });
  to.emit({ kind: 'QUANTIZE', inputs: [between], outputs: [to.make(output, layout)], options: plainOptions.QUANTIZE });
}

/** A Clip that its output's encoding makes anyway is a requantization; (0, 6) and (0, 1) have operators; others are bounded before. */
function clip(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const bounds = clipBounds(step);
  const layout = to.layoutOf(input);
  const source = to.read(input, layout);
  if (saturatesAt(output, bounds) && sameEncoding(input, output)) to.alias(output, layout, source);
  else if (bounds.min === 0 && bounds.max === 6) to.emit({ kind: 'RELU6', inputs: [source], outputs: [to.make(output, layout)] });
  else {
    const bounded = saturatesAt(output, bounds) ? source : boundedInput(to, { input, source, bounds });
    to.emit({ kind: 'QUANTIZE', inputs: [bounded], outputs: [to.make(output, layout)], options: plainOptions.QUANTIZE });
  }
}

function boundedInput(to: Lowering, { input, source, bounds }: { readonly input: Operand; readonly source: number; readonly bounds: Clamp }): number {
  const scale = input.quantization?.scales[0] ?? 1;
  const [lowest, highest] = integerRange(input);
  const limit = (kind: 'MAXIMUM' | 'MINIMUM', of: number, bound: number): number => {
    if (!Number.isFinite(bound)) return of;
    const integer = Math.min(highest, Math.max(lowest, Math.round(bound / scale) + storedZeroPoint(input)));
    const made = to.between({ ...to.tensor(of), name: `${input.name}/${kind.toLowerCase()}` });
    to.emit({ kind, inputs: [of, fillConstant(to, input, integer)], outputs: [made], options: plainOptions[kind] });
    return made;
  };
  return limit('MINIMUM', limit('MAXIMUM', source, bounds.min), bounds.max);
}

function clipBounds({ node, inputs }: Step): Clamp {
  const bound = (index: number, absent: number): number => {
    const constant = inputs[index]?.constant;
    if (inputs[index] !== undefined && constant?.elementType !== 'float32') throw new Unsupported(node, 'its bounds are not constant');
    return constant?.elementType === 'float32' ? (constant.data[0] ?? absent) : absent;
  };
  return { min: bound(1, -Infinity), max: bound(2, Infinity) };
}

/**
 * max(0, min(1, x/6 + 1/2)): TFLite has no such operator. Six times that is x + 3 between 0 and 6, an ADD; with six times
 * the output's scale its integers are the output's already, so that the MUL by 1/6 behind it rounds nothing.
 */
function hardSigmoid(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const { node } = step;
  const [alpha, beta] = [floatAttribute(node, 'alpha', 0.2), floatAttribute(node, 'beta', 0.5)];
  if (Math.abs(alpha - 1 / 6) > 1e-6 || beta !== 0.5) throw new Unsupported(node, `alpha ${alpha} and beta ${beta}; TFLite's is made of ReLU6, so alpha must be 1/6 and beta 1/2`);
  const layout = to.layoutOf(input);
  const outputScale = output.quantization?.scales[0] ?? 1;
  const sixfold: Operand = { ...output, name: `${output.name}/sixfold`, quantization: { scales: Float32Array.of(6 * outputScale), zeroPoint: output.quantization?.zeroPoint ?? 0, axis: 0 } };
  const [, highest] = integerRange(output);
  const three = fillConstant(to, scaled(output, 3 / highest), highest);
  const sixth = fillConstant(to, scaled(output, 1 / 6 / highest), highest);
  const between = to.make(sixfold, layout);
  const activation = saturatesAt(sixfold, { min: 0, max: 6 }) ? 'NONE' : 'RELU6';
  to.emit({ kind: 'ADD', inputs: [to.read(input, layout), three], outputs: [between], options: sumOptions('ADD', activation) });
  to.emit({ kind: 'MUL', inputs: [between, sixth], outputs: [to.make(output, layout)], options: productOptions('MUL', 'NONE') });
}

/** An operand's integer type with a symmetric encoding of another scale. */
function scaled(operand: Operand, scale: number): Operand {
  const zeroPoint = operand.elementType === 'uint16' ? 32_768 : 128;
  return { ...operand, name: `${operand.name}/factor`, quantization: { scales: Float32Array.of(scale), zeroPoint, axis: 0 } };
}

