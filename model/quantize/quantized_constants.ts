import { intAttribute, type Node, type Tensor } from '../onnx/graph';
import { quantizeInt32, quantizeInt8, weightScale, weightScaleForBias } from './encoding';

export interface QuantizedWeight {
  readonly integers: Tensor;
  /** One scale per slice along `axis`. */
  readonly scales: Float32Array;
  readonly axis: number;
}

type Float32 = Extract<Tensor, { elementType: 'float32' }>;

/** The dimension of a weight that counts output channels; undefined for operators without weights. */
export function outputChannelAxis(node: Node, weight: Float32): number | undefined {
  switch (node.kind) {
    case 'Conv':
      return 0;
    case 'Gemm':
      return intAttribute(node, 'transB', 0) === 1 ? 0 : 1;
    case 'ConvTranspose':
      return intAttribute(node, 'group', 1) === 1 ? 1 : undefined;
    case 'MatMul':
      return weight.shape.length === 2 ? 1 : undefined;
    default:
      return undefined;
  }
}

/** Symmetric int8, one scale per output channel; wide enough that the bias of the channel fits into int32. */
export function quantizeWeight(weight: Float32, axis: number, bias: { readonly values: Float32Array; readonly inputScale: number } | undefined): QuantizedWeight {
  const channels = weight.shape[axis] ?? 1;
  const inner = weight.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const largest = new Float32Array(channels);
  const { data } = weight;
  const runs = data.length / inner;
  for (let run = 0; run < runs; run += 1) {
    const channel = run % channels;
    let magnitude = largest[channel] ?? 0;
    for (let index = run * inner; index < (run + 1) * inner; index += 1) magnitude = Math.max(magnitude, Math.abs(data[index] ?? 0));
    largest[channel] = magnitude;
  }
  const scales = largest.map((magnitude, channel) => Math.max(weightScale(magnitude), bias === undefined ? 0 : weightScaleForBias(bias.values[channel] ?? 0, bias.inputScale)));
  const integers = new Int8Array(data.length);
  for (let run = 0; run < runs; run += 1) {
    const scale = scales[run % channels] ?? 1;
    for (let index = run * inner; index < (run + 1) * inner; index += 1) integers[index] = quantizeInt8(data[index] ?? 0, scale);
  }
  return { integers: { elementType: 'int8', shape: weight.shape, data: integers }, scales, axis };
}

/** int32 in units of input scale times weight scale, which is what the accumulator counts. */
export function quantizeBias(bias: Float32Array, scales: Float32Array): Tensor {
  return { elementType: 'int32', shape: [bias.length], data: Int32Array.from(bias, (value, channel) => quantizeInt32(value, scales[channel] ?? 1)) };
}
