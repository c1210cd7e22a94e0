import { plainOptions } from '../builtin_options';
import { storedShape, type Layout } from '../layout';
import type { Lowering } from '../lowering';
import type { Operand } from '../quantized_steps';

/** The real numbers of a quantized operand. */
export function dequantized(to: Lowering, operand: Operand, layout: Layout): number {
  const source = to.read(operand, layout);
  const float = to.between({ name: `${operand.name}/float`, elementType: 'float32', shape: to.tensor(source).shape });
  to.emit({ kind: 'DEQUANTIZE', inputs: [source], outputs: [float], options: plainOptions.DEQUANTIZE });
  return float;
}

/** A float tensor for an operator to fill, and what turns it into the quantized output afterwards. */
export function quantizedResult(to: Lowering, output: Operand, layout: Layout): { readonly float: number; readonly quantize: () => void } {
  const float = to.between({ name: `${output.name}/float`, elementType: 'float32', shape: storedShape(output.shape, layout) });
  return { float, quantize: () => to.emit({ kind: 'QUANTIZE', inputs: [float], outputs: [to.make(output, layout)], options: plainOptions.QUANTIZE }) };
}
