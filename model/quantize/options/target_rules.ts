import { largestInteger, type ActivationType, type Encoding } from '../encoding/encoding';

/** Where the encoding of an output comes from the operator, and not from what it was seen to give. */
type FixedOutput = 'unit' | 'signed-unit' | 'log';

/** What a kind of device wants of a quantized network beyond what the QDQ form has anyway. */
export interface TargetRules {
  readonly fixedOutputs: ReadonlyMap<string, FixedOutput>;
  /** Of a product of two activations the second is symmetric, as a weight is. */
  readonly symmetricSecondFactors: boolean;
  /** Every activation has its zero point in the middle: TFLite's 16-bit kernels know no other. */
  readonly symmetricActivations: boolean;
  /** Scales of 8-bit activations are such that all kernels round alike (tie_free.ts). */
  readonly tieFree: boolean;
}

/**
 * `phone` is what both Qualcomm's compiler and TFLite's kernels take: TFLite fixes the output encodings of these operators
 * (https://ai.google.dev/edge/litert/models/quantization_spec), and AIMET's configuration for Hexagon v73 has the same
 * range for sigmoid and softmax. Hexagon needs it for HardSigmoid, too: with another one a MobileNetV3 gave noise
 * (https://github.com/onnxruntime/onnxruntime-qnn/pull/473). Second factors are symmetric in that configuration too, and XNNPACK multiplies only by such ones: others
 * are left to TFLite's own kernel, which is slower and rounds twice. ONNX Runtime's CPU kernels take any encoding.
 */
export const targetRules = {
  phone: {
    fixedOutputs: new Map<string, FixedOutput>([
      ['Sigmoid', 'unit'],
      ['HardSigmoid', 'unit'],
      ['Softmax', 'unit'],
      ['Tanh', 'signed-unit'],
      ['LpNormalization', 'signed-unit'],
      ['LogSoftmax', 'log'],
    ]),
    symmetricSecondFactors: true,
    symmetricActivations: false,
    tieFree: true,
  },
  host: {
    fixedOutputs: new Map<string, FixedOutput>(),
    symmetricSecondFactors: false,
    symmetricActivations: false,
    tieFree: false,
  },
} as const satisfies Readonly<Record<string, TargetRules>>;

/** LogSoftmax is stored from −16 on, as in TFLite: e^−16 is nothing. */
const logSpan = 16;

export function fixedEncoding(output: FixedOutput, elementType: ActivationType): Encoding {
  const levels = largestInteger(elementType) + 1;
  switch (output) {
    case 'unit':
      return { elementType, scale: 1 / levels, zeroPoint: 0 };
    case 'signed-unit':
      return { elementType, scale: 2 / levels, zeroPoint: levels / 2 };
    case 'log':
      return { elementType, scale: logSpan / levels, zeroPoint: levels - 1 };
  }
}

/** The same numbers around a zero point in the middle, which takes twice the step. */
export function centred(encoding: Encoding): Encoding {
  const middle = (largestInteger(encoding.elementType) + 1) / 2;
  return encoding.zeroPoint === middle
    ? encoding
    : { ...encoding, scale: 2 * encoding.scale, zeroPoint: middle };
}
