import type { OperatorCost } from '../../model/cost/network_cost';

/** How fast one unit of one SoC is under one runtime. Fitted, see fit.ts; the meaning is in docs/virtual-phones.md. */
export interface UnitSpeed {
  /** Once for each inference: the call, and on the NPU the way there and back. */
  readonly overheadUs: number;
  readonly perOperatorUs: number;
  /** For long dot products of 8-bit numbers. */
  readonly gigamacsPerS: number;
  /** Dot products of this length run at half the speed: depthwise and first layers keep the arrays half empty. */
  readonly halfSpeedLength: number;
  /** For activations and weights together. */
  readonly gigabytesPerS: number;
  /** How much longer floating-point arithmetic takes. */
  readonly floatFactor: number;
  /** The width in which the unit keeps what the file holds as 32-bit floats. */
  readonly bytesPerFloat: number;
}

/** Roofline: each operator takes the longer of computing and moving its data, and something for being an operator at all. */
export function operatorUs(operator: OperatorCost, speed: UnitSpeed): number {
  const bytesPerElement = operator.quantized ? 1 : 4;
  const length = operator.macs / Math.max(1, operator.outputBytes / bytesPerElement);
  const efficiency = length / (length + speed.halfSpeedLength);
  const computeUs =
    operator.macs === 0 ? 0 : operator.macs / (speed.gigamacsPerS * 1e3 * efficiency);
  const width = operator.quantized ? 1 : speed.bytesPerFloat / 4;
  const memoryUs =
    (width * (operator.inputBytes + operator.outputBytes + operator.weightBytes)) /
    (speed.gigabytesPerS * 1e3);
  return (
    Math.max(computeUs * (operator.quantized ? 1 : speed.floatFactor), memoryUs) +
    speed.perOperatorUs
  );
}

/** One inference on a cool, average phone, all operators on one unit. */
export function networkUs(operators: readonly OperatorCost[], speed: UnitSpeed): number {
  return operators.reduce((sum, operator) => sum + operatorUs(operator, speed), speed.overheadUs);
}
