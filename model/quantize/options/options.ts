import type { ActivationType } from '../encoding/encoding';
import { targetRules, type TargetRules } from './target_rules';

export const quantizedPrecisions = ['int8', 'w8a16'] as const;
export type QuantizedPrecision = (typeof quantizedPrecisions)[number];

export const weightMethods = ['min-max', 'full-range', 'mse'] as const;
export type WeightMethod = (typeof weightMethods)[number];

export const weightGranularities = ['channel', 'tensor'] as const;

/** How a network is quantized, whatever it was calibrated on. */
export interface QuantizationOptions {
  /** int8: activations in 8 bits; w8a16: in 16. Weights have 8 in both. */
  readonly precision: QuantizedPrecision;
  /** One weight scale per output channel, or one per tensor. */
  readonly weightsPer: (typeof weightGranularities)[number];
  /** Weight scales that hold every weight in ±127, the same with −128 (not for TFLite), or those of least squared error. */
  readonly weightMethod: WeightMethod;
  readonly rules: TargetRules;
}

export const defaultQuantization: QuantizationOptions = {
  precision: 'int8',
  weightsPer: 'channel',
  weightMethod: 'min-max',
  rules: targetRules.phone,
};

export function activationTypeOf(precision: QuantizedPrecision): ActivationType {
  return precision === 'int8' ? 'uint8' : 'uint16';
}
