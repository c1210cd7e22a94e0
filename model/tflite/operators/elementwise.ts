import { productOptions, sumOptions, type FusedActivation } from '../file/builtin_options';
import type { BuiltinOptions } from '../file/draft';
import type { Lowering } from '../lowering/lowering';
import type { Step } from '../lowering/quantized_steps';
import { activatedOutput } from './bounds';
import { commonLayout, inputOf, outputOf, type Lower } from './family';
import { dequantized, quantizedResult } from './float_island';

export const elementwiseFamily: Readonly<Record<string, Lower>> = {
  Add: binary('ADD', (activation) => sumOptions('ADD', activation)),
  Sub: binary('SUB', (activation) => sumOptions('SUB', activation)),
  Mul: binary('MUL', (activation) => productOptions('MUL', activation)),
  Div: quotient,
};

function binary(kind: string, options: (activation: FusedActivation) => BuiltinOptions): Lower {
  return (step, to) => {
    const layout = commonLayout(step, to);
    const inputs = [to.read(inputOf(step, 0), layout), to.read(inputOf(step, 1), layout)];
    const made = activatedOutput(step, to, layout);
    to.emit({ kind, inputs, outputs: [made.index], options: options(made.activation) });
    made.bound();
  };
}

/** TFLite has no DIV of int8, and a reciprocal rounded to 8 bits would be far off: it is computed in float. */
function quotient(step: Step, to: Lowering): void {
  const layout = commonLayout(step, to);
  const [dividend, divisor] = [
    dequantized(to, inputOf(step, 0), layout),
    dequantized(to, inputOf(step, 1), layout),
  ];
  const result = quantizedResult(to, outputOf(step), layout);
  to.emit({
    kind: 'DIV',
    inputs: [dividend, divisor],
    outputs: [result.float],
    options: productOptions('DIV', 'NONE'),
  });
  result.quantize(step.clamp);
}
