import { int, ints } from '../../../../model/onnx/graph_builder';
import { pads, type OperatorCase, integers, one, signal } from '../operator_case';

export const poolCases: readonly OperatorCase[] = [
  one('max pool', 'MaxPool', {
    attributes: { kernel_shape: ints(2, 2), strides: ints(2, 2) },
    output: [1, 8, 4, 5],
    kinds: ['MAX_POOL_2D'],
  }),
  one('max pool with padding', 'MaxPool', {
    attributes: { kernel_shape: ints(3, 3), strides: ints(2, 2), ...pads(1, 1, 1, 1) },
    output: [1, 8, 5, 5],
    kinds: ['PADV2', 'MAX_POOL_2D'],
  }),
  one('max pool of a signal', 'MaxPool', {
    input: signal,
    attributes: { kernel_shape: ints(3), strides: ints(2) },
    output: [1, 8, 9],
    kinds: ['TRANSPOSE', 'RESHAPE', 'MAX_POOL_2D', 'RESHAPE', 'TRANSPOSE'],
  }),
  one('average pool of a signal', 'AveragePool', {
    input: signal,
    attributes: { kernel_shape: ints(4), strides: ints(4) },
    output: [1, 8, 5],
    kinds: ['TRANSPOSE', 'RESHAPE', 'DEPTHWISE_CONV_2D', 'RESHAPE', 'TRANSPOSE'],
  }),
  one('global max pool', 'GlobalMaxPool', { output: [1, 8, 1, 1], kinds: ['MAX_POOL_2D'] }),
  one('global max pool of a signal', 'GlobalMaxPool', {
    input: signal,
    output: [1, 8, 1],
    kinds: ['TRANSPOSE', 'RESHAPE', 'MAX_POOL_2D', 'RESHAPE', 'RESHAPE'],
  }),
  one('largest of channels', 'ReduceMax', {
    constants: [integers(1)],
    attributes: { keepdims: int(0) },
    output: [1, 9, 10],
    kinds: ['REDUCE_MAX'],
  }),
  one('average pool with padding on one side', 'AveragePool', {
    attributes: { kernel_shape: ints(3, 3), strides: ints(2, 2), ...pads(1, 1, 0, 1) },
    output: [1, 8, 4, 5],
    kinds: ['DEQUANTIZE', 'PAD', 'AVERAGE_POOL_2D', 'MUL', 'QUANTIZE'],
    rounding: { share: 0.01 },
  }),
  one('average pool', 'AveragePool', {
    attributes: { kernel_shape: ints(2, 2), strides: ints(2, 2) },
    output: [1, 8, 4, 5],
    kinds: ['DEPTHWISE_CONV_2D'],
  }),
  one('average pool with padding', 'AveragePool', {
    attributes: { kernel_shape: ints(3, 3), ...pads(1, 1, 1, 1) },
    kinds: ['DEQUANTIZE', 'AVERAGE_POOL_2D', 'QUANTIZE'],
  }),
  one('average pool that counts padding', 'AveragePool', {
    attributes: {
      kernel_shape: ints(3, 3),
      strides: ints(2, 2),
      ...pads(1, 1, 1, 1),
      count_include_pad: int(1),
    },
    output: [1, 8, 5, 5],
    kinds: ['PAD', 'DEPTHWISE_CONV_2D'],
  }),
  one('average pool that counts its own padding', 'AveragePool', {
    attributes: { kernel_shape: ints(3, 3), ...pads(1, 1, 1, 1), count_include_pad: int(1) },
    kinds: ['DEPTHWISE_CONV_2D'],
  }),
  one('global average pool', 'GlobalAveragePool', { output: [1, 8, 1, 1], kinds: ['MEAN'] }),
  one('mean of tokens', 'ReduceMean', {
    input: [1, 7, 24],
    constants: [integers(1)],
    attributes: { keepdims: int(0) },
    output: [1, 24],
    kinds: ['MEAN'],
  }),
  one('mean of pixels', 'ReduceMean', {
    constants: [integers(2, 3)],
    attributes: { keepdims: int(0) },
    output: [1, 8],
    kinds: ['MEAN'],
  }),
];
