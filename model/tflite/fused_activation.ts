import type { FusedActivation } from './builtin_options';
import { storedZeroPoint } from './integer_storage';
import type { Clamp, Operand, Step } from './quantized_steps';
import { Unsupported } from './unsupported';

const fusable: readonly (Clamp & { readonly name: FusedActivation })[] = [
  { min: 0, max: Infinity, name: 'RELU' }, { min: 0, max: 6, name: 'RELU6' }, { min: -1, max: 1, name: 'RELU_N1_TO_1' },
];

/** Whether an encoding saturates at the bounds anyway, so that clamping changes no integer. */
export function saturatesAt(operand: Operand, { min, max }: Clamp): boolean {
  const [lowest, highest] = integerRange(operand);
  const scale = operand.quantization?.scales[0] ?? 1;
  const zeroPoint = storedZeroPoint(operand);
  return Math.round(min / scale) + zeroPoint <= lowest && Math.round(max / scale) + zeroPoint >= highest;
}

export function integerRange({ elementType }: Operand): readonly [number, number] {
  return elementType.endsWith('16') ? [-32_768, 32_767] : [-128, 127];
}

/** The activation to fuse into a step's operator: none when its output saturates at the bounds anyway. @throws Unsupported */
export function fusedActivation({ node, outputs, clamp }: Step): FusedActivation {
  const [output] = outputs;
  if (clamp === undefined || output === undefined || saturatesAt(output, clamp)) return 'NONE';
  const known = fusable.find(({ min, max }) => min === clamp.min && max === clamp.max);
  if (known !== undefined) return known.name;
  throw new Unsupported(node, `a Clip to [${clamp.min}, ${clamp.max}] behind it does not fuse; calibrate so that its output saturates there, or use Relu or Clip(0, 6)`);
}
