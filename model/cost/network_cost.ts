import type { ModelFormat } from '../../common/artifact';

/** What executing one operator once takes, batch 1, counted from the model file itself. */
export interface OperatorCost {
  readonly name: string;
  /** ONNX's or TFLite's operator name. */
  readonly kind: string;
  readonly macs: number;
  readonly weightBytes: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** The operator's computation is on 8-bit data (int8/uint8 tensors, or inside a QDQ pair). */
  readonly quantized: boolean;
}

export interface NetworkCost {
  readonly format: ModelFormat;
  /** In execution order; constants and, in QDQ models, the Q/DQ pairs that fuse into their neighbours are left out. */
  readonly operators: readonly OperatorCost[];
  readonly macs: number;
  readonly parameterBytes: number;
  readonly peakActivationBytes: number;
}
