import { plainOptions } from '../file/builtin_options';
import type { BuiltinOptions } from '../file/draft';
import { storedShape, type Layout } from '../lowering/layout';
import { draftTensor, type Lowering } from '../lowering/lowering';
import type { Clamp } from '../../onnx/clamp';
import type { Operand } from '../lowering/quantized_steps';
import { bound, limitsOf } from './bounds';
import { inputOf, outputOf, type Lower } from './family';

/** The real numbers of a quantized operand. */
export function dequantized(to: Lowering, operand: Operand, layout: Layout): number {
  return floatOf(to, to.read(operand, layout), operand.name);
}

/** The real numbers of a stored tensor. */
export function floatOf(to: Lowering, source: number, name: string): number {
  const float = to.between({
    name: `${name}/float`,
    elementType: 'float32',
    shape: to.tensor(source).shape,
  });
  to.emit({
    kind: 'DEQUANTIZE',
    inputs: [source],
    outputs: [float],
    options: plainOptions.DEQUANTIZE,
  });
  return float;
}

/** A float tensor for an operator to fill, and what turns it into the quantized output afterwards, bounded as an activation behind it asks. */
export function quantizedResult(
  to: Lowering,
  output: Operand,
  layout: Layout,
): { readonly float: number; readonly quantize: (clamp?: Clamp) => void } {
  const float = to.between({
    name: `${output.name}/float`,
    elementType: 'float32',
    shape: storedShape(output.shape, layout),
  });
  const quantize = (clamp?: Clamp): void => {
    const limited = clamp !== undefined && limitsOf(output, clamp).length > 0 ? clamp : undefined;
    const whole = (): number => to.make(output, layout);
    const index =
      limited === undefined
        ? whole()
        : to.between({ ...draftTensor(output, layout), name: `${output.name}/unbounded` });
    to.emit({
      kind: 'QUANTIZE',
      inputs: [float],
      outputs: [index],
      options: plainOptions.QUANTIZE,
    });
    if (limited !== undefined) bound(to, output, { index, into: whole, bounds: limited });
  };
  return { float, quantize };
}

/** A unary operator between a DEQUANTIZE and a QUANTIZE. */
export function inFloat(kind: string, options: BuiltinOptions): Lower {
  return (step, to) => {
    const layout = to.layoutOf(inputOf(step, 0));
    const input = dequantized(to, inputOf(step, 0), layout);
    const result = quantizedResult(to, outputOf(step), layout);
    to.emit({ kind, inputs: [input], outputs: [result.float], options });
    result.quantize(step.clamp);
  };
}
