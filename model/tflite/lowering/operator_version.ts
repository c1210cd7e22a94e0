import { ownValue } from '../../../common/own_value';
import type { DraftTensor } from '../file/draft';
import type { TfliteElementType } from '../file/read';

/** Versions for float32, int8 and int16 data where they are not 1, 1 and 1. */
const versions: Readonly<Record<string, readonly [number, number, number]>> = {
  CONV_2D: [1, 3, 4],
  DEPTHWISE_CONV_2D: [1, 3, 5],
  FULLY_CONNECTED: [1, 4, 7],
  BATCH_MATMUL: [1, 2, 3],
  TRANSPOSE_CONV: [3, 3, 3],
  MAX_POOL_2D: [1, 2, 3],
  AVERAGE_POOL_2D: [1, 2, 3],
  ADD: [1, 2, 3],
  SUB: [1, 2, 5],
  MUL: [1, 2, 4],
  TRANSPOSE: [1, 2, 5],
  SPLIT: [1, 2, 4],
  SPLIT_V: [1, 2, 2],
  SLICE: [1, 2, 4],
  STRIDED_SLICE: [1, 2, 2],
  DEQUANTIZE: [1, 2, 3],
  RELU: [1, 2, 3],
  RELU6: [1, 2, 3],
  MAXIMUM: [1, 2, 4],
  MINIMUM: [1, 2, 4],
  TANH: [1, 2, 3],
  LOGISTIC: [1, 2, 3],
  SOFTMAX: [1, 2, 3],
  MEAN: [1, 2, 3],
  PAD: [1, 2, 3],
  PADV2: [1, 2, 3],
  CONCATENATION: [1, 2, 3],
  GATHER: [1, 2, 4],
  RESIZE_BILINEAR: [1, 2, 4],
  RESIZE_NEAREST_NEIGHBOR: [1, 2, 4],
  SPACE_TO_DEPTH: [1, 2, 2],
  DEPTH_TO_SPACE: [1, 2, 2],
  GELU: [1, 2, 2],
  LEAKY_RELU: [1, 1, 2],
  BROADCAST_TO: [2, 3, 3],
  REDUCE_MAX: [1, 2, 3],
  REDUCE_MIN: [1, 2, 3],
  MIRROR_PAD: [1, 2, 3],
  ARG_MAX: [1, 2, 2],
  ARG_MIN: [1, 2, 2],
  TILE: [1, 3, 3],
};

/** Which version each makes necessary, in operators that the writer gives such inputs or options. */
export interface VersionNeeds {
  readonly groupedConvolution?: boolean;
  readonly keepDimensions?: boolean;
  readonly halfPixels?: boolean;
}

/**
 * The lowest version of an operator whose kernels know these inputs and options, as converters set it:
 * tensorflow/lite/tools/versioning/op_version.cc. `data` is the operator's data input, `output` its first output.
 */
export function operatorVersion(
  kind: string,
  {
    inputs,
    data,
    output,
  }: {
    readonly inputs: readonly DraftTensor[];
    readonly data: DraftTensor;
    readonly output: DraftTensor;
  },
  needs: VersionNeeds,
): number {
  if (kind === 'QUANTIZE') return output.elementType === 'int16' ? 2 : 1;
  const base = ownValue(versions, kind)?.[column(data.elementType)] ?? 1;
  switch (kind) {
    case 'CONV_2D':
      return needs.groupedConvolution === true ? 6 : base;
    case 'FULLY_CONNECTED':
      return Math.max(base, needs.keepDimensions === true ? 5 : 1, inputs.length === 2 ? 6 : 1);
    case 'MUL':
      return data.elementType === 'int8' && rescale(inputs, output) >= 1 ? 3 : base;
    case 'RESIZE_BILINEAR':
    case 'RESIZE_NEAREST_NEIGHBOR':
      return Math.max(base, needs.halfPixels === true ? 3 : 1);
    case 'TRANSPOSE':
      return data.shape.length > 5 ? 6 : Math.max(base, data.shape.length > 4 ? 4 : 1);
    case 'PAD':
    case 'PADV2':
    case 'STRIDED_SLICE':
      return Math.max(base, data.shape.length > 4 ? 4 : 1);
    case 'SLICE':
      return Math.max(base, data.shape.length > 4 ? 5 : 1);
    default:
      return base;
  }
}

function column(type: TfliteElementType): number {
  return type === 'int8' ? 1 : type === 'int16' ? 2 : 0;
}

function rescale([first, second]: readonly DraftTensor[], output: DraftTensor): number {
  const scale = (tensor: DraftTensor | undefined): number => tensor?.quantization?.scales[0] ?? 0;
  return (scale(first) * scale(second)) / scale(output);
}
