import { floatAttribute } from '../../onnx/graph';
import { productOptions, sumOptions } from '../file/builtin_options';
import { integerRange } from '../lowering/fused_activation';
import { draftTensor, type Lowering } from '../lowering/lowering';
import type { Clamp } from '../../onnx/clamp';
import type { Operand, Step } from '../lowering/quantized_steps';
import { Unsupported } from '../lowering/unsupported';
import { bound, limitsOf } from './bounds';
import { inputOf, outputOf } from './family';
import { fillConstant } from './windows';

const unit: Clamp = { min: 0, max: 1 };

/**
 * max(0, min(1, αx + β)): TFLite has no such operator. Divided by |α| it is β/|α| ± x, an ADD or SUB; with 1/|α| times the
 * output's scale its integers are the output's already, so that the MUL by |α| behind it rounds nothing. Both bounds are
 * kept by the integers' ends, or by operators where these are elsewhere.
 */
export function hardSigmoid(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const [alpha, beta] = [
    floatAttribute(step.node, 'alpha', 0.2),
    floatAttribute(step.node, 'beta', 0.5),
  ];
  const slope = Math.abs(alpha);
  if (!(slope > 0 && Number.isFinite(slope + beta)))
    throw new Unsupported(
      step.node,
      `alpha ${alpha} and beta ${beta} give a constant; replace it by one`,
    );
  const layout = to.layoutOf(input);
  const steep: Operand = {
    ...output,
    name: `${output.name}/unscaled`,
    quantization: {
      scales: Float32Array.of((output.quantization?.scales[0] ?? 1) / slope),
      zeroPoint: output.quantization?.zeroPoint ?? 0,
      axis: 0,
    },
  };
  const between = to.make(steep, layout);
  const offset = single(to, output, { value: beta / slope, name: 'offset' });
  const source = to.read(input, layout);
  const kind = alpha > 0 ? 'ADD' : 'SUB';
  to.emit({
    kind,
    inputs: alpha > 0 ? [source, offset] : [offset, source],
    outputs: [between],
    options: sumOptions(kind, 'NONE'),
  });
  const isBounded = limitsOf(output, unit).length === 0;
  const scaled = isBounded
    ? to.make(output, layout)
    : to.between({ ...draftTensor(output, layout), name: `${output.name}/unbounded` });
  const factor = single(to, output, { value: slope, name: 'slope' });
  to.emit({
    kind: 'MUL',
    inputs: [between, factor],
    outputs: [scaled],
    options: productOptions('MUL', 'NONE'),
  });
  if (!isBounded)
    bound(to, output, { index: scaled, into: () => to.make(output, layout), bounds: unit });
}

/** A constant of one number in the integer type of an operand, as its largest integer. */
function single(
  to: Lowering,
  { name: output, elementType }: Operand,
  { value, name }: { readonly value: number; readonly name: string },
): number {
  const [, highest] = integerRange({ elementType });
  const scale = value === 0 ? 1 : Math.abs(value) / highest;
  const zeroPoint = elementType === 'uint16' ? 32_768 : 128;
  const constant: Operand = {
    name: `${output}/${name}`,
    shape: [1],
    elementType,
    quantization: { scales: Float32Array.of(scale), zeroPoint, axis: 0 },
  };
  return fillConstant(to, constant, Math.sign(value) * highest);
}
