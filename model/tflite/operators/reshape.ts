import { intsAttribute } from '../../onnx/graph';
import { plainOptions } from '../file/builtin_options';
import {
  gatheredForReshape,
  plainLayout,
  storedShape,
  throughReshape,
  throughTranspose,
  type Layout,
} from '../lowering/layout';
import type { Lowering } from '../lowering/lowering';
import type { Operand, Step } from '../lowering/quantized_steps';
import { inputOf, outputOf, sameEncoding } from './family';

/** Values move only if merged or split dimensions do not stand together. */
export function reshape(step: Step, to: Lowering): void {
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

/** Only the order changes in which the dimensions are read. */
export function transpose(step: Step, to: Lowering): void {
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
