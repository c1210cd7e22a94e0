import { intAttribute } from '../../onnx/graph';
import { argOptions, noOptions } from '../file/builtin_options';
import { storedAxis, storedShape } from '../lowering/layout';
import type { Lowering } from '../lowering/lowering';
import type { Step } from '../lowering/quantized_steps';
import { Unsupported } from '../lowering/unsupported';
import { inputOf, outputOf, type Lower } from './family';
import { dequantized, quantizedResult } from './float_island';

/** Operators that make numbers which are not quantized: indices, and conversions of them. */
export const indexFamily: Readonly<Record<string, Lower>> = {
  ArgMax: extremePlace('ARG_MAX'),
  ArgMin: extremePlace('ARG_MIN'),
  Cast: cast,
};

/** TFLite always drops the dimension; where it is kept, a RESHAPE brings it back. There is no kernel of 16 bits. */
function extremePlace(kind: 'ARG_MAX' | 'ARG_MIN'): Lower {
  return (step, to) => {
    const [input, output] = [inputOf(step, 0), outputOf(step)];
    if (intAttribute(step.node, 'select_last_index', 0) === 1)
      throw new Unsupported(
        step.node,
        'it selects the last of equal elements, and TFLite the first; export it with select_last_index 0',
      );
    const given = intAttribute(step.node, 'axis', 0);
    const axis = given < 0 ? given + input.shape.length : given;
    const layout = to.layoutOf(input);
    const left = layout.filter((dimension) => dimension !== axis);
    const dropped = left.map((dimension) => (dimension > axis ? dimension - 1 : dimension));
    const isKept = intAttribute(step.node, 'keepdims', 1) === 1;
    const shape = input.shape.filter((_, dimension) => dimension !== axis);
    const places = { ...output, name: isKept ? `${output.name}/places` : output.name, shape };
    const made = to.make(places, dropped);
    const numbers =
      input.elementType === 'uint16' ? dequantized(to, input, layout) : to.read(input, layout);
    to.emit({
      kind,
      inputs: [numbers, to.scalar(storedAxis(layout, axis))],
      outputs: [made],
      options: argOptions(kind),
    });
    if (isKept) to.alias(output, layout, to.reshaped(made, storedShape(output.shape, layout)));
  };
}

/** Of indices to another integer type, or to numbers that are then quantized. */
function cast(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const layout = to.layoutOf(input);
  if (input.quantization !== undefined)
    throw new Unsupported(
      step.node,
      'it turns quantized numbers into integers; end the network before it',
    );
  const source = to.read(input, layout);
  if (output.quantization === undefined) {
    to.emit({
      kind: 'CAST',
      inputs: [source],
      outputs: [to.make(output, layout)],
      options: noOptions,
    });
    return;
  }
  const result = quantizedResult(to, output, layout);
  to.emit({ kind: 'CAST', inputs: [source], outputs: [result.float], options: noOptions });
  result.quantize(step.clamp);
}
