import { floatAttribute, intAttribute } from '../../onnx/graph';
import {
  localResponseOptions,
  noOptions,
  plainOptions,
  productOptions,
} from '../file/builtin_options';
import { channelsLast } from '../lowering/layout';
import type { Lowering } from '../lowering/lowering';
import type { Step } from '../lowering/quantized_steps';
import { Unsupported } from '../lowering/unsupported';
import { commonLayout, encodedLike, inputOf, outputOf, type Lower } from './family';
import { dequantized, inFloat, quantizedResult } from './float_island';

/** Operators that TFLite has for floats only, or whose integer kernels take no scales: computed between a DEQUANTIZE and a QUANTIZE. */
export const realNumberFamily: Readonly<Record<string, Lower>> = {
  ...Object.fromEntries(
    ['Exp', 'Log', 'Sqrt', 'Abs', 'Neg', 'Elu', 'Sin', 'Cos', 'Floor', 'Ceil', 'Round'].map(
      (kind) => [kind, inReals(kind)],
    ),
  ),
  Max: extreme('MAXIMUM'),
  Min: extreme('MINIMUM'),
  LRN: localResponse,
  Reciprocal: reciprocal,
};

function inReals(kind: string): Lower {
  return (step, to) => {
    if (kind === 'Elu' && floatAttribute(step.node, 'alpha', 1) !== 1)
      throw new Unsupported(step.node, "TFLite's ELU has alpha 1 only; use LeakyRelu or Relu");
    inFloat(kind.toUpperCase(), noOptions)(step, to);
  };
}

function reciprocal(step: Step, to: Lowering): void {
  const layout = to.layoutOf(inputOf(step, 0));
  const divisor = dequantized(to, inputOf(step, 0), layout);
  const result = quantizedResult(to, outputOf(step), layout);
  to.emit({
    kind: 'DIV',
    inputs: [to.float(1), divisor],
    outputs: [result.float],
    options: productOptions('DIV', 'NONE'),
  });
  result.quantize(step.clamp);
}

/** Of two: all three tensors must have one encoding. */
function extreme(kind: 'MAXIMUM' | 'MINIMUM'): Lower {
  return (step, to) => {
    if (step.inputs.length !== 2)
      throw new Unsupported(
        step.node,
        `it has ${step.inputs.length} inputs; chain operators of two`,
      );
    const layout = commonLayout(step, to);
    const output = outputOf(step);
    const inputs = [0, 1].map((index) =>
      encodedLike(to, { operand: inputOf(step, index), layout, like: output }),
    );
    to.emit({ kind, inputs, outputs: [to.make(output, layout)], options: plainOptions[kind] });
  };
}

/** ONNX divides alpha by the number of neighbours, TFLite takes it as it is. */
function localResponse(step: Step, to: Lowering): void {
  const { node } = step;
  const size = intAttribute(node, 'size', 1);
  if (size % 2 !== 1 || inputOf(step, 0).shape.length !== 4)
    throw new Unsupported(
      node,
      'TFLite normalizes over an odd number of channels of images; use one',
    );
  const parameters = {
    radius: (size - 1) / 2,
    bias: floatAttribute(node, 'bias', 1),
    alpha: floatAttribute(node, 'alpha', 1e-4) / size,
    beta: floatAttribute(node, 'beta', 0.75),
  };
  const float = dequantized(to, inputOf(step, 0), channelsLast);
  const result = quantizedResult(to, outputOf(step), channelsLast);
  to.emit({
    kind: 'LOCAL_RESPONSE_NORMALIZATION',
    inputs: [float],
    outputs: [result.float],
    options: localResponseOptions(parameters),
  });
  result.quantize(step.clamp);
}
