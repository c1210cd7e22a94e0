import type { QuantizationOptions } from '../../model/quantize/options/options';
import { targetRules } from '../../model/quantize/options/target_rules';

/** How networks are quantized for targets: TFLite's 16-bit kernels know symmetric activations only. */
export type Scheme = 'int8' | 'w8a16' | 'w8a16-symmetric';

export function quantizationOf(scheme: Scheme): QuantizationOptions {
  return {
    precision: scheme === 'int8' ? 'int8' : 'w8a16',
    weightsPer: 'channel',
    weightMethod: 'min-max',
    rules: { ...targetRules.phone, symmetricActivations: scheme === 'w8a16-symmetric' },
  };
}
