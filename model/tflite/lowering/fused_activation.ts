import type { FusedActivation } from '../file/builtin_options';
import { storedZeroPoint } from './integer_storage';
import type { Clamp } from '../../onnx/clamp';
import type { Operand } from './quantized_steps';

const fusable: readonly (Clamp & { readonly name: FusedActivation })[] = [
  { min: 0, max: Infinity, name: 'RELU' },
  { min: 0, max: 6, name: 'RELU6' },
  { min: -1, max: 1, name: 'RELU_N1_TO_1' },
];

/** Whether an encoding saturates at the bounds anyway, so that clamping changes no integer. */
export function saturatesAt(operand: Operand, { min, max }: Clamp): boolean {
  const [lowest, highest] = integerRange(operand);
  const scale = operand.quantization?.scales[0] ?? 1;
  const zeroPoint = storedZeroPoint(operand);
  return (
    Math.round(min / scale) + zeroPoint <= lowest && Math.round(max / scale) + zeroPoint >= highest
  );
}

export function integerRange({
  elementType,
}: Pick<Operand, 'elementType'>): readonly [number, number] {
  return elementType.endsWith('16') ? [-32_768, 32_767] : [-128, 127];
}

/** The activation of these bounds that operators take over; undefined for others. */
export function fusableActivation(clamp: Clamp): FusedActivation | undefined {
  return fusable.find(({ min, max }) => min === clamp.min && max === clamp.max)?.name;
}
