import type { Tensor } from '@tensorflow/tfjs-core';
import type { Kernels } from '../kernels';
import type { BatchValues } from '../engine';

/** One tensor of a part's weights. */
export interface Parameter {
  /** `LAYER.ROLE`, or the initializer's name; unique in its part. */
  readonly name: string;
  /** As the backend holds it. */
  readonly shape: readonly number[];
  /** Running statistics are collected, not trained. */
  readonly kind: 'weight' | 'offset' | 'running';
  /** At the beginning, as the backend holds it. */
  readonly initial: Float32Array;
  /** From the backend's order to ONNX's. */
  readonly exported: (data: Float32Array) => BatchValues;
}

/** What a forward pass brings along. */
export interface ForwardPass {
  readonly kernels: Kernels;
  /** The current value of a parameter of the part. */
  readonly read: (parameter: string) => Tensor;
  /** Batch normalizations use the batch's statistics and tell them; else the running ones. */
  readonly usesBatchStatistics: boolean;
  /** Of one normalization. */
  readonly collect: (layer: string, mean: Tensor, variance: Tensor) => void;
  /** What quantization makes of weights and activations, in the forward pass; as they are, where nothing is quantized. */
  /** `channelAxis`: of the output channels. */
  readonly quantizedWeight: (weight: Tensor, channelAxis: number) => Tensor;
  readonly quantizedActivation: (name: string, activation: Tensor) => Tensor;
}

/** A part that can be run: parameters, and a function of them. */
export interface ReadPart {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly forward: (input: Tensor, pass: ForwardPass) => Tensor;
}
