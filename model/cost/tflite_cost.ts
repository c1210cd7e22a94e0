import type {
  TfliteElementType,
  TfliteModel,
  TfliteOperator,
  TfliteTensor,
} from '../tflite/file/read';
import type { NetworkCost, OperatorCost } from './network_cost';
import { peakActivationBytes } from './peak_memory';

const bitsPerElement: Readonly<Record<TfliteElementType, number>> = {
  float32: 32,
  float16: 16,
  int32: 32,
  uint8: 8,
  int64: 64,
  string: 0,
  bool: 8,
  int16: 16,
  complex64: 64,
  int8: 8,
  float64: 64,
  complex128: 128,
  uint64: 64,
  resource: 0,
  variant: 0,
  uint32: 32,
  uint16: 16,
  int4: 4,
};

/** What running a TFLite model once takes. Operators that no output needs cost nothing. */
export function costOfTflite(model: TfliteModel): NetworkCost {
  const live = liveOperators(model);
  const operators = live.map((operator) => operatorCost(model, operator));
  const weights = new Set(
    live.flatMap((operator) =>
      operator.inputs.filter((index) => model.tensors[index]?.constant === true),
    ),
  );
  const activations = (indices: readonly number[]): string[] =>
    indices.filter((index) => index >= 0 && model.tensors[index]?.constant === false).map(String);
  return {
    format: 'tflite',
    operators,
    macs: operators.reduce((total, operator) => total + operator.macs, 0),
    parameterBytes: bytes(model, [...weights]),
    peakActivationBytes: peakActivationBytes(
      live.map((operator) => ({
        reads: activations(operator.inputs),
        makes: activations(operator.outputs),
      })),
      new Map(model.tensors.map((tensor, index) => [String(index), tensorBytes(tensor)])),
      new Set(model.outputs.map(String)),
    ),
  };
}

function liveOperators(model: TfliteModel): readonly TfliteOperator[] {
  const needed = new Set(model.outputs);
  const live = model.operators.toReversed().filter((operator) => {
    if (!operator.outputs.some((output) => needed.has(output))) return false;
    operator.inputs.forEach((input) => needed.add(input));
    return true;
  });
  return live.reverse();
}

function operatorCost(model: TfliteModel, operator: TfliteOperator): OperatorCost {
  const inputs = [...new Set(operator.inputs)].filter((index) => index >= 0);
  const data = inputs.filter((index) => model.tensors[index]?.constant === false);
  const conversion = operator.kind === 'QUANTIZE' || operator.kind === 'DEQUANTIZE';
  return {
    name: model.tensors[operator.outputs[0] ?? -1]?.name ?? '',
    kind: operator.kind,
    macs: macsOf(model, operator),
    weightBytes: bytes(
      model,
      inputs.filter((index) => model.tensors[index]?.constant === true),
    ),
    inputBytes: bytes(model, data),
    outputBytes: bytes(model, operator.outputs),
    quantized:
      !conversion &&
      data.length > 0 &&
      [...data, ...operator.outputs].every((index) => isEightBit(model.tensors[index])),
  };
}

/** Weights are OHWI for convolutions, 1HWO for depthwise ones, OI for fully connected layers; images are NHWC. */
function macsOf({ tensors }: TfliteModel, operator: TfliteOperator): number {
  const [first, second, third] = operator.inputs.map((index) => tensors[index]?.shape ?? []);
  const output = product(tensors[operator.outputs[0] ?? -1]?.shape ?? []);
  switch (operator.kind) {
    case 'CONV_2D':
      return output * product((second ?? []).slice(1));
    case 'DEPTHWISE_CONV_2D':
      return output * product((second ?? []).slice(1, 3));
    case 'FULLY_CONNECTED':
      return output * (second?.at(-1) ?? 0);
    case 'BATCH_MATMUL':
      return output * (first?.at(-1) ?? 0);
    case 'TRANSPOSE_CONV':
      // Inputs are the output's shape, the weights and the image; each pixel value is spread by O times H times W weights.
      return product(third ?? []) * product((second ?? []).slice(0, 3));
    default:
      return 0;
  }
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

function tensorBytes(tensor: TfliteTensor): number {
  return Math.ceil((product(tensor.shape) * bitsPerElement[tensor.elementType]) / 8);
}

function bytes({ tensors }: TfliteModel, indices: readonly number[]): number {
  return indices.reduce((total, index) => {
    const tensor = tensors[index];
    return total + (tensor === undefined ? 0 : tensorBytes(tensor));
  }, 0);
}

function isEightBit(tensor: TfliteTensor | undefined): boolean {
  return tensor?.elementType === 'int8' || tensor?.elementType === 'uint8';
}
