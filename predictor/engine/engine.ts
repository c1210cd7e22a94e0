import type { Layer } from '../../model/block/layer';
import type { Graph } from '../../model/onnx/graph';

/** BatchValues in row-major order. Images are NHWC, tokens NTC, vectors NC; the first dimension is the batch. */
export interface BatchValues {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Trained tensors by name, `LAYER.ROLE` of a layer list or the initializer's name of a graph, in the shapes of ONNX (Conv OIHW, dense [out, in]). */
export type NamedValues = ReadonlyMap<string, BatchValues>;

/** A part of a network, between two tensors. */
export type NetworkPart = LayersPart | GraphPart;

/** A list of layers. Weights that are absent are drawn from the seed. */
export interface LayersPart {
  readonly kind: 'layers';
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly output: string;
  /** Without the batch, as `model/block` says it: 1xCxHxW or TxC. */
  readonly inputShape: readonly number[];
  readonly weights: NamedValues | undefined;
  readonly seed: number;
}

/** A part of a canonical ONNX graph with its weights; one input, one output, batch 1 in its shapes. */
export interface GraphPart {
  readonly kind: 'graph';
  readonly name: string;
  readonly graph: Graph;
}

/** What a step of training compares the output with. */
export type LossTarget =
  /** Noise-to-signal ratio against the teacher's features: mean over channels of squared error over the channel's variance. */
  | { readonly kind: 'features'; readonly features: BatchValues; readonly variance: Float32Array }
  /** Cross-entropy with labels (one per image, or per pixel; a negative one does not count) and divergence from the reference's logits. */
  | {
      readonly kind: 'labels';
      readonly labels: Int32Array;
      readonly teacherLogits: BatchValues | undefined;
      readonly distillationShare: number;
      readonly temperature: number;
    };

export interface OptimizerSettings {
  readonly kind: 'adam' | 'adamw' | 'sgd';
  readonly weightDecay: number;
  readonly clipNorm: number | null;
  /** Names of the parts whose weights change; the others are as they were given, and their batch normalizations in evaluation. */
  readonly trainedParts: readonly string[];
  readonly quantizationAware: boolean;
}

/** Optimizer and network while it is trained. */
export interface Training {
  /** One step at this learning rate; the loss before it. NaN and infinity are answers: the caller ends the training. */
  step(input: BatchValues, target: LossTarget, learningRate: number): number;
  /** Enough to go on in another process: the optimizer's moments and its count of steps. The weights are the network's. */
  state(): NamedValues;
  restore(state: NamedValues): void;
  close(): void;
}

export interface TrainableNetwork {
  /** In evaluation: batch normalizations use their running statistics. */
  readonly infer: (input: BatchValues) => BatchValues;
  /** The output of each part in turn. */
  inferParts(input: BatchValues): readonly BatchValues[];
  train(settings: OptimizerSettings): Training;
  /** Estimates the running statistics of all batch normalizations anew, as means over these inputs. */
  reestimateStatistics(inputs: Iterable<BatchValues>): void;
  /** Of one part, as they are now. */
  weightsOf(part: string): NamedValues;
  close(): void;
}

/** TensorFlow.js with one of its backends. Everything is synchronous and blocks its process: only predictor workers and tools may hold one. */
export interface TrainingEngine {
  readonly kind: 'native' | 'wasm';
  /** Why this one, in a line. */
  readonly reason: string;
  /** @throws BadInputError for a graph with an operator that cannot be trained through; it is named. */
  createNetwork(parts: readonly NetworkPart[]): TrainableNetwork;
  /** What the backend holds now. */
  memory(): { readonly tensors: number; readonly bytes: number };
}
