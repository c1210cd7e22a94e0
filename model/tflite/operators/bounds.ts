import { plainOptions, type FusedActivation } from '../file/builtin_options';
import { fusableActivation, integerRange, saturatesAt } from '../lowering/fused_activation';
import { storedZeroPoint } from '../lowering/integer_storage';
import type { Layout } from '../lowering/layout';
import { draftTensor, type Lowering } from '../lowering/lowering';
import type { Clamp } from '../../onnx/clamp';
import type { Operand, Step } from '../lowering/quantized_steps';
import { outputOf } from './family';
import { fillConstant } from './windows';

interface ClampStep {
  readonly kind: 'MAXIMUM' | 'MINIMUM';
  readonly integer: number;
}

/** A stored tensor and where the bounded one goes. */
interface BoundedTensor {
  readonly index: number;
  readonly into: () => number;
}

/** Keeps integers of an operand's encoding between real bounds, by a MAXIMUM and a MINIMUM where they are not there anyway. */
export function bound(
  to: Lowering,
  operand: Operand,
  { index, into, bounds }: BoundedTensor & { readonly bounds: Clamp },
): void {
  const limits = limitsOf(operand, bounds);
  let from = index;
  limits.forEach(({ kind, integer }, position) => {
    const isLast = position === limits.length - 1;
    const made = isLast
      ? into()
      : to.between({ ...to.tensor(from), name: `${operand.name}/bounded` });
    to.emit({
      kind,
      inputs: [from, fillConstant(to, operand, integer)],
      outputs: [made],
      options: plainOptions[kind],
    });
    from = made;
  });
}

/** The bounds that an encoding does not keep by saturating; one of them at least where it saturates at neither. */
export function limitsOf(operand: Operand, { min, max }: Clamp): readonly ClampStep[] {
  const scale = operand.quantization?.scales[0] ?? 1;
  const [lowest, highest] = integerRange(operand);
  const integer = (real: number): number =>
    Math.min(highest, Math.max(lowest, Math.round(real / scale) + storedZeroPoint(operand)));
  const below: ClampStep = { kind: 'MAXIMUM', integer: integer(min) };
  const above: ClampStep = { kind: 'MINIMUM', integer: integer(max) };
  return [
    ...(saturatesAt(operand, { min, max: Infinity }) ? [] : [below]),
    ...(saturatesAt(operand, { min: -Infinity, max }) ? [] : [above]),
  ];
}

/** Where an operator puts its output when an activation follows it. */
interface ActivatedOutput {
  readonly index: number;
  /** To give to the operator. */
  readonly activation: FusedActivation;
  /** Emits what of the activation the operator cannot take over. */
  readonly bound: () => void;
}

/** TFLite's operators take over ReLU and ReLU6; other bounds stand behind them, in the output's encoding. */
export function activatedOutput(
  step: Step,
  to: Lowering,
  layout: Layout,
  canFuse = true,
): ActivatedOutput {
  const output = outputOf(step);
  const { clamp } = step;
  const known =
    clamp === undefined || saturatesAt(output, clamp) ? 'NONE' : fusableActivation(clamp);
  if (clamp === undefined || (known !== undefined && (canFuse || known === 'NONE'))) {
    return { index: to.make(output, layout), activation: known ?? 'NONE', bound: () => undefined };
  }
  const index = to.between({ ...draftTensor(output, layout), name: `${output.name}/unbounded` });
  return {
    index,
    activation: 'NONE',
    bound: () => bound(to, output, { index, into: () => to.make(output, layout), bounds: clamp }),
  };
}
